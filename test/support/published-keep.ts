/**
 * A keep server that behaves as the published one (protocols of its version 0.5.0): frames, the last to speak under a
 * name has it, nothing waits for the absent, no word about what was handed on, silence for what does not verify.
 */
import { createServer, type Socket } from 'node:net';
import { decodePacket, encodePacket, type Packet, signedBytes } from '../../src/core/packet/packet.ts';
import { LIMITS } from '../../src/core/registry.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';

export interface PublishedKeep {
  readonly port: number;
  /** Every signed packet that came in, in order. */
  readonly packets: readonly Packet[];
  /** The first signed packet to that address, once it has come. */
  heard(dst: string): Promise<Packet>;
  /** Hands these bytes to whoever bears the name, as a packet that came for it. */
  hand(name: string, payload: Uint8Array): void;
  /** Ends all connections without a word, as a server that is killed. */
  drop(): void;
  /** Sends a heartbeat to every name. */
  heartbeat(): void;
  close(): Promise<void>;
}

const NONE = new Uint8Array(0);

export async function startPublishedKeep(port = 0): Promise<PublishedKeep> {
  const names = new Map<string, Socket>();
  const sockets = new Set<Socket>();
  const packets: Packet[] = [];
  const waiting = new Map<string, (packet: Packet) => void>();
  const verifier = createVerifier();

  const say = (socket: Socket, id: string, body: string, typ = 1): void =>
    write(socket, { ...{ sig: NONE, pk: NONE, typ, id, src: 'server', dst: '', body }, fee: 0n, ttl: 0, scar: NONE });

  const discover = (what: string): string => {
    if (what === 'info') return JSON.stringify({ version: '0.5.0', agents_online: names.size, uptime_sec: 0 });
    if (what === 'agents') return JSON.stringify({ agents: [...names.keys()] });
    if (what === 'stats') return JSON.stringify({ scar_exchanges: scars(packets), total_packets: packets.length });
    return 'error:unknown_discovery';
  };

  const take = async (socket: Socket, packet: Packet): Promise<void> => {
    if (!(await verifier.verify(packet.pk, packet.sig, signedBytes(packet)))) return;
    const { id, src, dst } = packet;
    packets.push(packet);
    waiting.get(dst)?.(packet);
    if (names.get(src) !== socket) names.get(src)?.destroy();
    names.set(src, socket);
    if (dst.startsWith('discover:')) return say(socket, id, discover(dst.slice('discover:'.length)));
    if (dst === 'server' || dst === '') return say(socket, id, 'done');
    const addressee = names.get(dst);
    if (addressee === undefined) return say(socket, id, 'error:offline');
    write(addressee, packet);
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    let last = Promise.resolve();
    onFrames(socket, (payload) => {
      last = last.then(() => take(socket, decodePacket(payload))).catch(() => void socket.destroy());
    });
    socket
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(socket);
        for (const [name, each] of names) if (each === socket) names.delete(name);
      });
  });
  await new Promise<void>((settle) => server.listen(port, '127.0.0.1', settle));
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    ...{ port: (server.address() as { port: number }).port, packets, drop },
    hand: (name, payload) => void names.get(name)?.write(framed(payload)),
    heard: (dst) =>
      new Promise((settle) => {
        const before = packets.find((packet) => packet.dst === dst);
        if (before === undefined) waiting.set(dst, settle);
        else settle(before);
      }),
    heartbeat: () => {
      for (const socket of names.values()) say(socket, '', '', 2);
    },
    async close() {
      const closed = new Promise((settle) => server.close(settle));
      drop();
      await closed;
      await verifier.close();
    },
  };
}

function write(socket: Socket, packet: Packet): void {
  socket.write(framed(encodePacket(packet)));
}

function framed(payload: Uint8Array): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
}

/** How many packets of each sender bore a scar. */
function scars(packets: readonly Packet[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { src, scar } of packets) if (scar.length > 0) counts[src] = (counts[src] ?? 0) + 1;
  return counts;
}

function onFrames(socket: Socket, each: (payload: Uint8Array) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const length = rest.readUInt32BE();
      if (length === 0 || length > LIMITS.packetBytes) return void socket.destroy();
      if (rest.length < 4 + length) return;
      each(Uint8Array.from(rest.subarray(4, 4 + length)));
      rest = rest.subarray(4 + length);
    }
  });
}
