/** How packets look on the command line: a line for people, an object with --json. */
import type { AgentPacket } from '../agent/client.ts';
import { printable, printableLines } from './output.ts';

export function packetJson(packet: AgentPacket, received?: Date) {
  const { id, typ, src, dst, body, ttl, key } = packet;
  const scar = packet.scar.length === 0 ? {} : { scar: Buffer.from(packet.scar).toString('base64') };
  const time = received === undefined ? {} : { received: received.toISOString() };
  return { id, typ, src, dst, body, fee: String(packet.fee), ttl, ...scar, ...(key && { key }), ...time };
}

/** The start of the key tells two apart who use one name. */
export function packetLine({ src, key, body }: AgentPacket): string {
  const who = key === undefined ? 'server' : `${printable(src)} (${key.slice(0, 8)})`;
  return `${who}: ${printableLines(body, '  ')}`;
}
