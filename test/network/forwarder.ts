/** Lines of some quality between networks, and ways into a network for the test: a process of ours inside carries them on. */
import { once } from 'node:events';
import { join } from 'node:path';
import type { Network, Test } from './namespaces.ts';

export interface Quality {
  /** Each way. */
  readonly delayMs: number;
  /** Share of pieces that are held up for `stallMs` and all behind them, as where a packet is lost. */
  readonly loss: number;
  readonly stallMs: number;
  /** Nothing goes on, nothing is closed. */
  readonly frozen: boolean;
}

export const GOOD: Quality = { delayMs: 0, loss: 0, stallMs: 0, frozen: false };

export type Place = { readonly host: string; readonly port: number };

export type Wanted = { readonly job: number; readonly line: number } & (
  | {
      readonly do: 'open';
      readonly from: Place | { readonly path: string };
      readonly to: Place;
      readonly quality: Quality;
    }
  | { readonly do: 'quality'; readonly quality: Quality }
  | { readonly do: 'cut' }
  | { readonly do: 'count' }
);

export interface Told {
  readonly job: number;
  readonly port?: number;
  readonly bytes?: number;
  readonly failed?: string;
}

export interface Line {
  /** Where it begins; 0 for a path in the file system. */
  readonly port: number;
  become(quality: Partial<Quality>): Promise<void>;
  /** Breaks all connections on it. */
  cut(): Promise<void>;
  /** Bytes that it has carried, both ways. */
  bytes(): Promise<number>;
}

export interface Forwarder {
  /** Takes connections there and carries them on to `to`. A path in the file system lets the test itself in. */
  line(from: Place | { readonly path: string }, to: Place, quality?: Partial<Quality>): Promise<Line>;
}

type Job = Wanted extends infer W ? (W extends { readonly job: number } ? Omit<W, 'job'> : never) : never;

let lines = 0;

export async function startForwarder(test: Test, network: Network): Promise<Forwarder> {
  const program = join(import.meta.dirname, 'forwarder-process.ts');
  const child = network.node([program], {}, ['ignore', 'inherit', 'inherit', 'ipc']);
  const ended = once(child, 'exit');
  test.after(async () => {
    child.kill();
    await ended;
  });
  const waiting = new Map<number, (told: Told) => void>();
  child.on('message', (told: Told) => waiting.get(told.job)?.(told));
  let jobs = 0;
  const ask = (wanted: Job): Promise<Told> =>
    new Promise((resolve, reject) => {
      const job = ++jobs;
      waiting.set(job, (told) => {
        waiting.delete(job);
        if (told.failed === undefined) resolve(told);
        else reject(new Error(`the line failed: ${told.failed}`));
      });
      void ended.then(() => reject(new Error('the forwarder has ended')));
      child.send({ ...wanted, job } as Wanted);
    });
  return {
    async line(from, to, quality = {}) {
      const line = ++lines;
      let now: Quality = { ...GOOD, ...quality };
      const { port = 0 } = await ask({ do: 'open', line, from, to, quality: now });
      return {
        port,
        async become(next) {
          now = { ...now, ...next };
          await ask({ do: 'quality', line, quality: now });
        },
        cut: async () => void (await ask({ do: 'cut', line })),
        bytes: async () => (await ask({ do: 'count', line })).bytes ?? 0,
      };
    },
  };
}
