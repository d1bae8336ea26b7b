/**
 * The way to the storage worker, which all databases of the process share: it starts with the first and ends
 * with the last. Each database has one group on its way at most; what comes meanwhile waits and travels
 * together, which is what makes group commit. The waiting line is bounded: whoever overfills it is refused.
 */
import { Worker } from 'node:worker_threads';
import { StorageError } from '../../core/errors.ts';
import type { FromWorker, Opened, OpenRequest, Reply, Request, ToWorker } from './store-protocol.ts';

export interface Line<R extends Request> {
  readonly opened: Opened;
  /** The answer; `weight` is about how many bytes the request holds. */
  ask(request: R, weight?: number): Promise<unknown>;
  /** Lets what waits be done, then closes the database. */
  close(): Promise<void>;
}

interface Waiting {
  readonly request: Request;
  readonly weight: number;
  readonly settle: (reply: Reply) => void;
}

interface Host {
  readonly worker: Worker;
  /** Who waits for the next message about a database, by its number. */
  readonly expecting: Map<number, (replies: Reply[]) => void>;
  users: number;
}

const GROUP_REQUESTS = 1024;
const GROUP_BYTES = 8 * 1024 * 1024;
const LINE_REQUESTS = 65_536;
const LINE_BYTES = 64 * 1024 * 1024;
/** What a request weighs beside its bytes. */
const BASE_WEIGHT = 256;
const MEMORY = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4, codeRangeSizeMb: 8 };

let host: Host | undefined;
let numbers = 0;

export async function openLine<R extends Request>(open: OpenRequest): Promise<Line<R>> {
  const mine = acquire();
  const database = ++numbers;
  const [reply] = await exchange(mine, { database, open });
  if (reply === undefined || 'fault' in reply) {
    await release(mine);
    throw toError(reply);
  }
  return createLine(mine, database, reply.value as Opened);
}

function createLine<R extends Request>(mine: Host, database: number, opened: Opened): Line<R> {
  const waiting: Waiting[] = [];
  let bytes = 0;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    await undefined;
    while (waiting.length > 0) {
      const group = waiting.splice(0, groupSize(waiting));
      const replies = await exchange(mine, { database, group: group.map(({ request }) => request) });
      for (const [i, { weight, settle }] of group.entries()) {
        bytes -= weight;
        settle(replies[i] ?? replies[0] ?? lost('no answer'));
      }
      // Those who were answered ask again before the next group leaves, and so are in it.
      await undefined;
    }
    running = undefined;
  };
  return {
    opened,
    ask: (request, weight = 0) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= LINE_REQUESTS || bytes + weight > LINE_BYTES) {
          reject(new StorageError(`Cannot store: expected at most ${LINE_BYTES} waiting bytes, the disk is behind`));
          return;
        }
        const settle = (reply: Reply): void => ('fault' in reply ? reject(toError(reply)) : resolve(reply.value));
        waiting.push({ request, weight: weight + BASE_WEIGHT, settle });
        bytes += weight + BASE_WEIGHT;
        running ??= run();
      }),
    close: async () => {
      await running;
      const [reply] = await exchange(mine, { database, close: true });
      await release(mine);
      if (reply === undefined || 'fault' in reply) throw toError(reply);
    },
  };
}

/** How many of those that wait go together: as many as fit, one at least. */
function groupSize(waiting: readonly Waiting[]): number {
  let bytes = 0;
  let size = 0;
  while (size < waiting.length && size < GROUP_REQUESTS) {
    bytes += waiting[size]?.weight ?? 0;
    if (bytes > GROUP_BYTES && size > 0) break;
    size++;
  }
  return size;
}

const lost = (cause: string): Reply => ({
  fault: { message: `Cannot use storage: its worker has stopped (${cause}); open it again`, cause },
});

function toError(reply: Reply = lost('no answer')): StorageError {
  const { message, cause } = 'fault' in reply ? reply.fault : { message: 'Cannot use storage', cause: 'no fault' };
  return new StorageError(message, { cause: new Error(cause) });
}

/** Sends a message and waits for its answer; a waiting exchange keeps the process alive, an idle worker never. */
function exchange(to: Host, message: ToWorker): Promise<Reply[]> {
  if (to !== host) return Promise.resolve([]);
  return new Promise((resolve) => {
    to.expecting.set(message.database, resolve);
    to.worker.ref();
    to.worker.postMessage(message);
  });
}

function acquire(): Host {
  host ??= start();
  host.users++;
  return host;
}

async function release(mine: Host): Promise<void> {
  if (--mine.users > 0 || mine !== host) return;
  host = undefined;
  await mine.worker.terminate();
}

function start(): Host {
  const name = import.meta.url.endsWith('.ts') ? './store-worker.ts' : './store-worker.js';
  const worker = new Worker(new URL(name, import.meta.url), { resourceLimits: MEMORY, execArgv: [] });
  const started: Host = { worker, expecting: new Map(), users: 0 };
  worker.on('message', ({ database, replies }: FromWorker) => {
    const settle = started.expecting.get(database);
    started.expecting.delete(database);
    if (started.expecting.size === 0) worker.unref();
    settle?.(replies);
  });
  const stop = (cause: string): void => {
    if (host === started) host = undefined;
    for (const settle of started.expecting.values()) settle([lost(cause)]);
    started.expecting.clear();
  };
  worker.on('error', (error) => stop(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => stop(`exit code ${code}`));
  return started;
}
