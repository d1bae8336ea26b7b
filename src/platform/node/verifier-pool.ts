/**
 * Worker threads that check signatures. None runs before the first batch, each ends after an idle spell, and none
 * keeps the process alive but while it works. When a worker dies, the jobs that it was checking are tried once more,
 * each alone, so that one job that kills workers takes no other job with it.
 */
import { Worker } from 'node:worker_threads';
import { PipesError } from '../../core/errors.ts';
import { packedBytes, packJobs, type SignatureJob } from './verifier-batch.ts';
import type { LibraryName } from './verifier-library.ts';

export interface PoolJob extends SignatureJob {
  resolve(verdict: boolean): void;
  reject(error: unknown): void;
  /** How many workers died while they were checking it. */
  deaths: number;
}

export interface PoolOptions {
  readonly size: number;
  readonly idleMs: number;
  readonly library: LibraryName;
  readonly workerFile?: URL | undefined;
}

export interface Pool {
  /** Whether any job waits or is being checked. */
  isBusy(): boolean;
  /** Whether a worker has started and said so. */
  isReady(): boolean;
  /** Starts a worker where none runs; it keeps no process alive. */
  warmUp(): void;
  /** How many workers run. */
  workers(): number;
  submit(jobs: readonly PoolJob[]): void;
  /** Ends the workers; jobs still inside are rejected. */
  close(): Promise<void>;
}

interface Member {
  readonly worker: Worker;
  /** In the order sent, which is the order of the answers. */
  readonly inFlight: PoolJob[][];
  ready: boolean;
  idle: NodeJS.Timeout | undefined;
  error: unknown;
}

const BATCH_JOBS = 64;
const BATCH_BYTES = 1 << 20;
/** Two batches with each worker: one being checked, one already there. */
const BATCHES_PER_WORKER = 2;
const MOST_DEATHS = 2;
/** Workers that die without one answer between them: they cannot run here at all. */
const MOST_DEATHS_IN_A_ROW = 8;
/** Room for the loader and a batch or two, not for a heap. */
const RESOURCES = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './verifier-worker.ts' : './verifier-worker.js',
  import.meta.url,
);

export function createPool(options: PoolOptions): Pool {
  const members = new Set<Member>();
  let queue: PoolJob[][] = [];
  let deathsInARow = 0;
  let closed = false;

  const dispatch = (): void => {
    while (queue.length > 0) {
      const member = leastBusy();
      if (member === undefined) return;
      const batch = queue.shift() ?? [];
      clearTimeout(member.idle);
      member.inFlight.push(batch);
      const packed = packJobs(batch);
      member.worker.ref();
      member.worker.postMessage(packed, [packed]);
    }
  };

  const leastBusy = (): Member | undefined => {
    let best: Member | undefined;
    for (const member of members) {
      if (best === undefined || member.inFlight.length < best.inFlight.length) best = member;
    }
    // Another worker is memory: it starts when those that run have all that they can have at once.
    if (best !== undefined && best.inFlight.length < BATCHES_PER_WORKER) return best;
    return members.size < options.size ? start() : undefined;
  };

  const start = (): Member => {
    const worker = new Worker(options.workerFile ?? WORKER_FILE, {
      workerData: { library: options.library },
      resourceLimits: RESOURCES,
      // What the process was started with, such as --input-type, need not suit a worker.
      execArgv: [],
      name: 'pipes-verifier',
    });
    const member: Member = { worker, inFlight: [], ready: false, idle: undefined, error: undefined };
    worker.on('message', (verdicts: ArrayBuffer) => {
      member.ready = true;
      if (verdicts.byteLength > 0) settle(member, new Uint8Array(verdicts));
      else if (member.inFlight.length === 0) rest(member);
    });
    worker.on('error', (error) => {
      member.error = error;
    });
    worker.on('exit', () => bury(member));
    members.add(member);
    return member;
  };

  const settle = (member: Member, verdicts: Uint8Array): void => {
    deathsInARow = 0;
    for (const [i, job] of (member.inFlight.shift() ?? []).entries()) job.resolve(verdicts[i] === 1);
    dispatch();
    if (member.inFlight.length === 0) rest(member);
  };

  const rest = (member: Member): void => {
    clearTimeout(member.idle);
    member.worker.unref();
    member.idle = setTimeout(() => retire(member), options.idleMs).unref();
  };

  const retire = (member: Member): Promise<number> => {
    members.delete(member);
    clearTimeout(member.idle);
    return member.worker.terminate();
  };

  const bury = (member: Member): void => {
    members.delete(member);
    clearTimeout(member.idle);
    const [checked = [], ...untouched] = member.inFlight.splice(0);
    for (const job of checked) job.deaths++;
    queue.unshift(...checked.map((job) => [job]), ...untouched);
    deathsInARow++;
    const hopeless = (job: PoolJob): boolean =>
      closed || deathsInARow > MOST_DEATHS_IN_A_ROW || job.deaths >= MOST_DEATHS;
    for (const job of queue.flat().filter(hopeless)) job.reject(deathError(member.error));
    queue = queue.filter((batch) => !batch.some(hopeless));
    dispatch();
  };

  return {
    isBusy: () => queue.length > 0 || [...members].some((member) => member.inFlight.length > 0),
    isReady: () => [...members].some((member) => member.ready),
    warmUp() {
      if (members.size === 0 && !closed) start().worker.unref();
    },
    workers: () => members.size,
    submit(jobs) {
      queue.push(...batches(jobs, options.size));
      dispatch();
    },
    async close() {
      closed = true;
      for (const job of queue.splice(0).flat()) job.reject(new PipesError('Cannot verify: the verifier was closed'));
      await Promise.all([...members].map(retire));
    },
  };
}

/** Even shares for all workers, each within the bounds of a batch. */
function batches(jobs: readonly PoolJob[], workers: number): PoolJob[][] {
  const share = Math.min(BATCH_JOBS, Math.ceil(jobs.length / workers));
  const all: PoolJob[][] = [];
  let bytes = 0;
  for (const job of jobs) {
    const last = all.at(-1);
    bytes += packedBytes(job);
    if (last !== undefined && last.length < share && bytes <= BATCH_BYTES) last.push(job);
    else {
      all.push([job]);
      bytes = packedBytes(job);
    }
  }
  return all;
}

const deathError = (cause: unknown): PipesError =>
  new PipesError('Cannot verify: the worker that was checking the signature died', { cause });
