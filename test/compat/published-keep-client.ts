/**
 * Speaks as the published Python client of keep-protocol 0.5.0 does, byte for byte: what it signs, how it frames, which
 * frame it takes for its reply. And as the scripts of version 0.1 do: bare packets, one to a write.
 */
import { connect, type Socket } from 'node:net';
import { decodePacket, encodePacket, type Packet, signedBytes } from '../../src/core/packet/packet.ts';
import { random, signerFromSeed } from '../../src/platform/node/crypto.ts';

export interface Fields {
  readonly body?: string;
  readonly src?: string;
  readonly dst?: string;
  readonly typ?: number;
  readonly id?: string;
  readonly fee?: bigint;
  readonly ttl?: number;
  readonly scar?: Uint8Array;
}

const NONE = new Uint8Array(0);

/** A new key for each, as the published client draws one unless it is given one. */
export function publishedSigner(seed: Uint8Array = random(32)) {
  const signer = signerFromSeed(seed);
  return async (fields: Fields): Promise<Uint8Array> => {
    const { body = '', src = 'bot:keep-client', dst = 'server', typ = 0, id = 'an-id', fee = 0n, ttl = 60 } = fields;
    const packet: Packet = { sig: NONE, pk: NONE, typ, id, src, dst, body, fee, ttl, scar: fields.scar ?? NONE };
    return encodePacket({ ...packet, sig: await signer.sign(signedBytes(packet)), pk: signer.key });
  };
}

/** One connection, read frame by frame. */
export interface Wire {
  /** Length first, then the packet. */
  frame(payload: Uint8Array): void;
  /** These bytes and nothing else. */
  raw(bytes: Uint8Array): void;
  /** The next frame, whatever it answers; rejects when the connection ends before. */
  read(): Promise<Packet>;
  /** The next bytes as they come. */
  readRaw(): Promise<Uint8Array>;
  end(): void;
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
}

export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await new Promise<void>((settle, reject) => socket.once('connect', settle).once('error', reject));
  const { take, closed } = buffered(socket);
  return {
    closed,
    frame(payload) {
      const header = Buffer.alloc(4);
      header.writeUInt32BE(payload.length);
      socket.write(Buffer.concat([header, payload]));
    },
    raw: (bytes) => void socket.write(bytes),
    async read() {
      const length = (await take(4)).readUInt32BE();
      return decodePacket(Uint8Array.from(await take(length)));
    },
    readRaw: async () => Uint8Array.from(await take()),
    end: () => void socket.end(),
  };
}

/** Takes so many bytes, or whatever there is. */
function buffered(socket: Socket) {
  let rest = Buffer.alloc(0);
  let isOver = false;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const each of [...waiting]) each();
  };
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    look();
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((settle) => {
    socket.on('close', () => {
      isOver = true;
      look();
      settle();
    });
  });
  const take = (wanted?: number): Promise<Buffer> =>
    new Promise((settle, reject) => {
      const check = (): void => {
        const count = wanted ?? rest.length;
        if (count > rest.length || count === 0) {
          if (isOver) reject(new Error('the connection ended before the frame'));
          return;
        }
        waiting.delete(check);
        settle(rest.subarray(0, count));
        rest = rest.subarray(count);
      };
      waiting.add(check);
      check();
    });
  return { take, closed };
}

/** As its send() does without connect(): one connection, and the first frame is the reply. */
export async function ephemeral(port: number, payload: Uint8Array): Promise<Packet> {
  const wire = await openWire(port);
  wire.frame(payload);
  try {
    return await wire.read();
  } finally {
    wire.end();
  }
}
