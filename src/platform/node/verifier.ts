/**
 * Ed25519 verification in Node by the one strict rule (spec/01-identity.md#signatures). The form is checked on the
 * calling thread, so that a malformed signature costs microseconds. A few jobs at a time are checked there too;
 * more go to a pool of worker threads, batched per turn of the event loop. What waits is bounded.
 */
import { availableParallelism } from 'node:os';
import { UsageError } from '../../core/errors.ts';
import { isStrict } from '../../core/identity/signature.ts';
import type { Verifier } from '../../core/ports.ts';
import { packedBytes } from './verifier-batch.ts';
import { type LibraryName, loadLibrary } from './verifier-library.ts';
import { createPool, type PoolJob } from './verifier-pool.ts';

export interface VerifierOptions {
  /** Default: as many as there are cores; a further one starts when those before it can't keep up. */
  readonly workers?: number;
  /** A worker without work ends after this. */
  readonly idleMs?: number;
  /** Jobs of one turn of the event loop that are checked on the calling thread while no worker is busy or none runs yet. */
  readonly inline?: number;
  /** Default: the fastest that loads. */
  readonly library?: LibraryName;
  /** Another program for the workers; for tests. */
  readonly workerFile?: URL;
}

export interface NodeVerifier extends Verifier {
  readonly library: LibraryName;
  /** How many worker threads run now. */
  workers(): number;
}

const IDLE_MS = 30_000;
/** About a millisecond: less than a worker costs in memory and hops. */
const INLINE_JOBS = 16;
/** So many waiting are worth a worker, which takes as long to start as a thousand checks. */
const WORTH_A_WORKER = 64;
const MOST_WAITING = 16_384;
const MOST_WAITING_BYTES = 64 << 20;

export function createVerifier(options: VerifierOptions = {}): NodeVerifier {
  const library = loadLibrary(options.library);
  const pool = createPool({
    size: options.workers ?? availableParallelism(),
    idleMs: options.idleMs ?? IDLE_MS,
    library: library.name,
    workerFile: options.workerFile,
  });
  const inline = options.inline ?? INLINE_JOBS;
  const pending = new Set<Promise<boolean>>();
  const waiting: PoolJob[] = [];
  let bytes = 0;
  let closed = false;

  const flush = (): void => {
    const few = waiting.length <= inline && !pool.isBusy();
    // Until a worker has started, this thread goes on, a few each turn.
    if (few || (inline > 0 && !pool.isReady())) {
      if (waiting.length > WORTH_A_WORKER) pool.warmUp();
      for (const job of waiting.splice(0, inline)) {
        job.resolve(library.check(job.key, job.signature, job.message));
      }
      if (waiting.length > 0) setImmediate(flush);
      return;
    }
    pool.submit(waiting.splice(0));
  };

  const enqueue = (key: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean> =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ key, signature, message, resolve, reject, deaths: 0 });
    });

  return {
    library: library.name,
    workers: pool.workers,
    async verify(key, signature, message) {
      if (closed) throw new UsageError('Cannot verify: the verifier is closed');
      if (!isStrict(key, signature)) return false;
      const size = packedBytes({ key, signature, message });
      if (pending.size >= MOST_WAITING || bytes + size > MOST_WAITING_BYTES) {
        throw new UsageError(`Cannot verify: expected at most ${MOST_WAITING} signatures or 64 MiB waiting`);
      }
      const verdict = enqueue(key, signature, message);
      pending.add(verdict);
      bytes += size;
      try {
        return await verdict;
      } finally {
        pending.delete(verdict);
        bytes -= size;
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(pending);
      await pool.close();
    },
  };
}
