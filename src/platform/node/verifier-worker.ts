/**
 * A worker of the verifier pool: says with no verdicts at all that it has started, then takes packed batches and
 * answers each with one verdict byte for each job, in order.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { unpackJobs } from './verifier-batch.ts';
import { loadLibrary } from './verifier-library.ts';

const { check } = loadLibrary(workerData.library);

parentPort?.on('message', (batch: ArrayBuffer) => {
  const verdicts = Uint8Array.from(unpackJobs(batch), (job) => (check(job.key, job.signature, job.message) ? 1 : 0));
  parentPort?.postMessage(verdicts.buffer, [verdicts.buffer]);
});

parentPort?.postMessage(new ArrayBuffer(0));
