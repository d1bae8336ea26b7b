/**
 * The load on a keep server, in a process of its own: packets signed beforehand, a window of them in flight on each
 * connection, replies and deliveries counted by their frames alone, so that it takes little of the machine.
 */
import { connect, type Socket } from 'node:net';
import { encodePacket, type Packet, signedBytes } from '../src/core/packet/packet.ts';
import { random, signerFromSeed } from '../src/platform/node/crypto.ts';
import type { KeepJob } from './keep.ts';

const NONE = new Uint8Array(0);
const BODY = 'a packet of the length that agents write to each other, about a line';

process.on('message', (job: KeepJob) => {
  measure(job).then(
    (seconds) => process.send?.({ seconds }),
    (error: Error) => process.send?.({ failed: error.message }),
  );
});

async function measure(job: KeepJob): Promise<number> {
  const lanes = await Promise.all(Array.from({ length: job.connections }, (_, lane) => prepare(job, lane)));
  const warmUp = Math.ceil(job.packets / job.connections / 10);
  await Promise.all(lanes.map((lane) => lane.run(warmUp, job.inFlight)));
  const from = performance.now();
  await Promise.all(lanes.map((lane) => lane.run(lane.left(), job.inFlight)));
  const seconds = (performance.now() - from) / 1000;
  for (const lane of lanes) lane.close();
  return seconds;
}

/** Answered: one connection. Routed: two, and what one sends the other counts. */
async function prepare({ port, kind, packets, connections }: KeepJob, lane: number) {
  const sender = `bot:from-${lane}`;
  const receiver = `bot:to-${lane}`;
  const dst = kind === 'routed' ? receiver : 'server';
  const frames = await signed(sender, dst, Math.ceil((packets / connections) * 1.1));
  const out = await open(port, sender);
  const back = kind === 'routed' ? await open(port, receiver) : out;
  let next = 0;
  const run = (count: number, inFlight: number): Promise<void> =>
    new Promise((settle) => {
      const until = next + count;
      let done = next;
      const fill = (): void => {
        const to = Math.min(until, done + inFlight);
        if (to > next) out.socket.write(Buffer.concat(frames.slice(next, to)));
        next = Math.max(next, to);
      };
      back.onFrames((arrived) => {
        done += arrived;
        if (done >= until) settle();
        else fill();
      });
      fill();
    });
  const close = (): void => {
    out.socket.destroy();
    back.socket.destroy();
  };
  return { run, close, left: () => frames.length - next };
}

async function signed(src: string, dst: string, count: number): Promise<Buffer[]> {
  const signer = signerFromSeed(random(32));
  const frames: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const packet: Packet = {
      ...{ sig: NONE, pk: NONE, typ: 0, id: `packet-${i}`, src, dst, body: BODY, fee: 0n, ttl: 60, scar: NONE },
    };
    frames.push(framed(encodePacket({ ...packet, sig: await signer.sign(signedBytes(packet)), pk: signer.key })));
  }
  return frames;
}

function framed(payload: Uint8Array): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
}

/** Connected, and known under the name. */
async function open(port: number, name: string) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await new Promise<void>((settle, reject) => socket.once('connect', settle).once('error', reject));
  let listener: (count: number) => void = () => {};
  countFrames(socket, (count) => listener(count));
  const [hello = Buffer.alloc(0)] = await signed(name, 'server', 1);
  const answered = new Promise<void>((settle) => {
    listener = () => settle();
  });
  socket.write(hello);
  await answered;
  const onFrames = (each: (count: number) => void): void => {
    listener = each;
  };
  return { socket, onFrames };
}

function countFrames(socket: Socket, arrived: (count: number) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    let count = 0;
    while (rest.length - at >= 4 && rest.length - at >= 4 + rest.readUInt32BE(at)) {
      at += 4 + rest.readUInt32BE(at);
      count += 1;
    }
    rest = rest.subarray(at);
    if (count > 0) arrived(count);
  });
}
