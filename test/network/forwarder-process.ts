/**
 * Runs in a network of its own and carries TCP connections on, as a line of some quality does: late, with stalls where
 * a packet would have been lost and sent again, frozen without a word, or cut. Told what to do by the process that
 * started it; see forwarder.ts.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Quality, Told, Wanted } from './forwarder.ts';

interface Line {
  quality: Quality;
  readonly server: Server;
  readonly pairs: Set<Pair>;
  bytes: number;
}

interface Pair {
  readonly sockets: readonly [Socket, Socket];
  /** The quality has changed. */
  look(): void;
}

const lines = new Map<number, Line>();
/** What is under way in one direction of one connection, at most. */
const UNDER_WAY = 4_194_304;

process.on('message', (wanted: Wanted) => {
  void perform(wanted).then(
    (told) => tell({ job: wanted.job, ...told }),
    (error) => tell({ job: wanted.job, failed: String(error) }),
  );
});
process.on('disconnect', () => process.exit());

const tell = (told: Told): void => void process.send?.(told);

async function perform(wanted: Wanted): Promise<Omit<Told, 'job'>> {
  if (wanted.do === 'open') return { port: await open(wanted) };
  const line = lines.get(wanted.line);
  if (line === undefined) throw new Error('no such line');
  if (wanted.do === 'quality') line.quality = wanted.quality;
  if (wanted.do === 'cut') for (const { sockets } of line.pairs) for (const socket of sockets) socket.resetAndDestroy();
  for (const pair of line.pairs) pair.look();
  return { bytes: line.bytes };
}

function open({ line: id, from, to, quality }: Extract<Wanted, { do: 'open' }>): Promise<number> {
  const server = createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true });
  const line: Line = { quality, server, pairs: new Set(), bytes: 0 };
  lines.set(id, line);
  server.on('connection', (near) => {
    const far = createConnection({ ...to, noDelay: true, allowHalfOpen: true });
    join(line, near, far);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(from, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
    });
  });
}

function join(line: Line, near: Socket, far: Socket): void {
  const there = direction(line, near, far);
  const back = direction(line, far, near);
  const look = (): void => {
    there();
    back();
  };
  const pair: Pair = { sockets: [near, far], look };
  line.pairs.add(pair);
  for (const socket of pair.sockets) {
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const each of pair.sockets) each.destroy();
      line.pairs.delete(pair);
    });
  }
}

/** Returns what looks whether something is to be done. */
function direction(line: Line, source: Socket, target: Socket): () => void {
  const queue: { readonly at: number; readonly bytes: Buffer | undefined }[] = [];
  let held = 0;
  let lastAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const put = (bytes: Buffer | undefined): void => {
    const { delayMs, loss, stallMs } = line.quality;
    const stall = bytes !== undefined && Math.random() < loss ? stallMs : 0;
    lastAt = Math.max(lastAt, performance.now() + delayMs + stall);
    queue.push({ at: lastAt, bytes });
    held += bytes?.length ?? 0;
    look();
  };
  const look = (): void => {
    clearTimeout(timer);
    for (let next = queue[0]; next !== undefined && !line.quality.frozen; next = queue[0]) {
      const wait = next.at - performance.now();
      if (wait > 0.5) {
        timer = setTimeout(look, wait);
        break;
      }
      queue.shift();
      held -= next.bytes?.length ?? 0;
      line.bytes += next.bytes?.length ?? 0;
      if (next.bytes === undefined) target.end();
      else if (!target.destroyed) target.write(next.bytes);
    }
    const isFull = held + target.writableLength > UNDER_WAY;
    if (line.quality.frozen || isFull) source.pause();
    else source.resume();
  };
  source.on('data', put);
  source.on('end', () => put(undefined));
  target.on('drain', look);
  look();
  return look;
}
