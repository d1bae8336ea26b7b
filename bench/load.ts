/**
 * The load process: raw sockets and posts made beforehand, so that it takes as little of the machine from the server
 * as it can. Of the streams only three are read by their content; of all others the bytes are counted.
 */
import { connect, type Socket } from 'node:net';
import { fromHex } from '../src/core/bytes.ts';
import { parsePiper, signedBytes } from '../src/core/envelope/piper.ts';
import { loadLibrary } from '../src/platform/node/verifier-library.ts';
import { newPerson, signedPost } from '../test/support/signed-posts.ts';
import type { LoadJob, Posted, Verified } from './load-job.ts';

interface Stream {
  readonly socket: Socket;
  bytes: number;
  onBytes: ((chunk: Buffer, at: number) => void) | undefined;
}

const PEOPLE = 50;
const MARK = Buffer.from('"content":"#');
const NUMBER_LENGTH = 8;
const FILLER = 'a message of the length that people write to each other, about a line or a little more than that';
const prepared = new Map<string, string[]>();
let streams: Stream[] = [];

process.on('message', (job: LoadJob) => {
  perform(job).then(
    (answer) => process.send?.(answer),
    (error: Error) => process.send?.({ failed: error.message }),
  );
});

async function perform(job: LoadJob): Promise<object> {
  switch (job.do) {
    case 'prepare':
      prepared.set(job.channel, await prepare(job.channel, job.posts));
      return {};
    case 'subscribe':
      streams = [...streams, ...(await subscribe(job.port, job.channel, job.streams))];
      return {};
    case 'post':
      return post(job);
    case 'unsubscribe':
      for (const { socket } of streams) socket.destroy();
      streams = [];
      return {};
    case 'verify':
      return verify(job.channel);
  }
}

async function prepare(channel: string, count: number): Promise<string[]> {
  const people = Array.from({ length: PEOPLE }, newPerson);
  const posts: string[] = [];
  for (let i = 0; i < count; i++) {
    const content = `#${String(i).padStart(NUMBER_LENGTH, '0')} ${FILLER}`;
    posts.push(JSON.stringify(await signedPost(people[i % PEOPLE] as (typeof people)[0], channel, content)));
  }
  return posts;
}

async function subscribe(port: number, channel: string, count: number): Promise<Stream[]> {
  const opened: Stream[] = [];
  for (let i = 0; i < count; i += 100) {
    opened.push(
      ...(await Promise.all(Array.from({ length: Math.min(100, count - i) }, () => openStream(port, channel)))),
    );
  }
  return opened;
}

function openStream(port: number, channel: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const stream: Stream = { socket, bytes: 0, onBytes: undefined };
    socket.on('error', reject);
    socket.once('data', (head) => {
      if (!head.toString('latin1', 0, 15).startsWith('HTTP/1.1 200')) reject(new Error('a stream was refused'));
      resolve(stream);
    });
    socket.on('data', (chunk: Buffer) => {
      stream.bytes += chunk.length;
      stream.onBytes?.(chunk, performance.now());
    });
    socket.write(`GET /events?channel=${channel} HTTP/1.1\r\nHost: bench\r\n\r\n`);
  });
}

async function post(job: Extract<LoadJob, { do: 'post' }>): Promise<Posted> {
  const posts = (prepared.get(job.channel) ?? []).splice(0, job.posts);
  if (posts.length < job.posts) throw new Error('not enough posts were prepared');
  const requests = posts.map((body) => Buffer.from(head(Buffer.byteLength(body)) + body));
  const first = numberOf(posts[0] ?? '');
  const begun = new Float64Array(posts.length);
  const latencies: number[] = [];
  const watched = watch(posts.length, (number, at) => latencies.push(at - (begun[number - first] ?? 0)));
  const lanes = await Promise.all(Array.from({ length: job.inFlight }, () => openLane(job.port)));
  const answers: number[] = [];
  const start = performance.now();
  let next = 0;
  const due = (): number =>
    job.perSecond === undefined ? posts.length : ((performance.now() - start) / 1000) * job.perSecond;
  const work = async (lane: Lane): Promise<void> => {
    while (next < posts.length) {
      if (next >= due()) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      const i = next++;
      begun[i] = performance.now();
      await lane.exchange(requests[i] as Buffer);
      answers.push(performance.now() - (begun[i] ?? 0));
    }
  };
  await Promise.all(lanes.map(work));
  const seconds = (performance.now() - start) / 1000;
  const blockBytes = await watched;
  for (const lane of lanes) lane.close();
  return { seconds, latencies, answers, allSeconds: (performance.now() - start) / 1000, blockBytes };
}

const head = (length: number): string =>
  `POST /messages HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

const numberOf = (body: string): number =>
  Number(body.slice(body.indexOf(MARK.toString()) + MARK.length).slice(0, NUMBER_LENGTH));

/** Resolves, with the average size of a block, when every stream has brought so many messages. */
function watch(count: number, seen: (number: number, at: number) => void): Promise<number> {
  if (streams.length === 0) return Promise.resolve(0);
  const before = streams.map(({ bytes }) => bytes);
  const samples = new Set([0, streams.length >> 1, streams.length - 1].map((i) => streams[i] as Stream));
  return new Promise((resolve) => {
    let left = samples.size;
    let target = 0;
    const check = (): void => {
      if (left > 0 || streams.some(({ bytes }, i) => bytes - (before[i] ?? 0) < target)) return;
      for (const stream of streams) stream.onBytes = undefined;
      resolve(target / count);
    };
    for (const stream of streams) if (!samples.has(stream)) stream.onBytes = () => left === 0 && check();
    for (const stream of samples) {
      let found = 0;
      const from = stream.bytes;
      stream.onBytes = numbers((number, at) => {
        seen(number, at);
        if (++found < count) return;
        left--;
        // The last message's own cursor block may still be on its way; it is no part of the target.
        target = Math.max(target, Math.floor((stream.bytes - from) * 0.999));
        check();
      });
    }
  });
}

/** Finds the numbers of messages in what a stream brings, wherever it was cut. */
function numbers(found: (number: number, at: number) => void): (chunk: Buffer, at: number) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk, at) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let end = 0;
    for (let i = bytes.indexOf(MARK); i >= 0; i = bytes.indexOf(MARK, end)) {
      const start = i + MARK.length;
      if (start + NUMBER_LENGTH > bytes.length) break;
      end = start + NUMBER_LENGTH;
      found(Number(bytes.toString('latin1', start, end)), at);
    }
    rest = bytes.subarray(Math.max(end, bytes.length - MARK.length - NUMBER_LENGTH));
  };
}

interface Lane {
  exchange(request: Buffer): Promise<void>;
  close(): void;
}

/** A connection kept alive with one request on its way at a time. */
function openLane(port: number): Promise<Lane> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let missing = 0;
    let begun = false;
    let settle: { resolve(): void; reject(error: Error): void } | undefined;
    socket.on('data', (chunk) => {
      if (!begun) {
        const text = chunk.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
        if (end < 0 || Number.isNaN(length) || !text.startsWith('HTTP/1.1 200')) {
          return settle?.reject(new Error(`a post was answered ${text.slice(0, 300)}`));
        }
        missing = end + 4 + length;
        begun = true;
      }
      missing -= chunk.length;
      if (missing > 0) return;
      begun = false;
      settle?.resolve();
    });
    socket.on('error', (error) => settle?.reject(error) ?? reject(error));
    socket.on('close', () => settle?.reject(new Error('the server closed a connection')));
    socket.on('connect', () =>
      resolve({
        exchange: (request) =>
          new Promise((resolve, reject) => {
            settle = { resolve, reject };
            socket.write(request);
          }),
        close: () => void socket.destroy(),
      }),
    );
  });
}

function verify(channel: string): Verified {
  const library = loadLibrary();
  const fresh = { id: '', createdAt: '' };
  const jobs = (prepared.get(channel) ?? []).slice(0, 2000).map((body) => {
    const { message } = parsePiper(JSON.parse(body), { fresh });
    if (message.version !== '1.1') throw new Error('expected posts of version 1.1');
    return [fromHex(message.fromEd25519Pub), fromHex(message.sig), signedBytes(message)] as const;
  });
  const start = performance.now();
  for (const [key, signature, bytes] of jobs) {
    if (!key || !signature || !library.check(key, signature, bytes)) throw new Error('a signature did not verify');
  }
  return { perSecond: jobs.length / ((performance.now() - start) / 1000), library: library.name };
}
