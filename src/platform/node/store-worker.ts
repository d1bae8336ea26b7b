/**
 * The storage worker: one thread for all databases of the process. Keeps SQLite's waiting for the disk off the
 * main thread. It does one group after the other and never fails as a whole: what goes wrong is a fault in the
 * reply.
 */
import { parentPort } from 'node:worker_threads';
import { openBlobEngine } from './blobs-engine.ts';
import { toFault } from './store-database.ts';
import { openStoreEngine } from './store-engine.ts';
import { type Engine, runGroup } from './store-group.ts';
import type { FromWorker, Opened, OpenRequest, Reply, Request, ToWorker } from './store-protocol.ts';

interface Served {
  readonly opened: Opened;
  group(requests: Request[]): Reply[];
  close(): void;
}

const databases = new Map<number, { path: string; served: Served }>();

parentPort?.on('message', (message: ToWorker) => {
  const reply: FromWorker = { database: message.database, replies: answer(message) };
  parentPort?.postMessage(reply);
});

function answer(message: ToWorker): Reply[] {
  if ('open' in message) return [open(message.database, message.open)];
  const database = databases.get(message.database);
  if (database === undefined) return [];
  if ('group' in message) return database.served.group(message.group);
  databases.delete(message.database);
  return [attempt(database.path, 'close', () => database.served.close())];
}

function open(database: number, { kind, path }: OpenRequest): Reply {
  return attempt(path, 'open', () => {
    const served = kind === 'store' ? serve(openStoreEngine(path)) : serve(openBlobEngine(path));
    databases.set(database, { path, served });
    return served.opened;
  });
}

function serve<R extends Request>(engine: Engine<R> & Pick<Served, 'opened' | 'close'>): Served {
  const { opened, close } = engine;
  return { opened, close, group: (requests) => runGroup(engine, requests as R[]) };
}

function attempt(path: string, doing: string, work: () => unknown): Reply {
  try {
    return { value: work() };
  } catch (error) {
    return { fault: toFault(path, doing, error) };
  }
}
