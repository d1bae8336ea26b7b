/** Packets as the tools and resources show them. */
import type { InboxEntry } from '../client/inbox.ts';
import type { AgentPacket } from '../client/types.ts';

/** The published shape. */
export function messages(packets: readonly Pick<AgentPacket, 'src' | 'dst' | 'body'>[]): string {
  const shown = packets.map(({ src, dst, body }) => ({ src, dst, body }));
  return JSON.stringify({ messages: shown, count: shown.length });
}

/** With what tells who signed it, and when it came. */
export function entries(list: readonly InboxEntry[]): string {
  return JSON.stringify({ messages: list.map(entry), count: list.length });
}

export function entry({ packet, received }: InboxEntry) {
  const { src, dst, body, id, key, typ, ttl } = packet;
  return {
    src,
    dst,
    body,
    id,
    key,
    typ,
    fee: String(packet.fee),
    ttl,
    ...scarOf(packet),
    received: received.toISOString(),
  };
}

function scarOf({ scar }: AgentPacket): { scar?: string } {
  return scar.length === 0 ? {} : { scar: Buffer.from(scar).toString('base64') };
}
