/**
 * What peers on one network tell each other by multicast DNS (RFC 6762, 6763): who is there, by its key, and at which
 * port (spec/11-transports.md#discovery). Of what others send nothing is taken but these two; an address is where the
 * datagram came from, so that nobody can send peers to third parties.
 */
import { type Answer, decode, encode } from 'dns-packet';
import { fromHex, toHex } from '../../core/bytes.ts';

export interface Announcement {
  readonly key: Uint8Array;
  readonly port: number;
}

export type MdnsMessage =
  | { readonly kind: 'question' }
  | { readonly kind: 'announcement'; readonly peers: readonly Announcement[] };

const SERVICE = '_pipes._tcp.local';
const TTL_SECONDS = 120;
/** Largest datagram that is read: RFC 6762 section 17. */
const LARGEST = 9000;
const MOST_RECORDS = 64;
const AUTHORITATIVE = 1 << 10;

export const question = (): Uint8Array =>
  encode({ type: 'query', questions: [{ name: SERVICE, type: 'PTR', class: 'IN' }] });

/** With `ttl` 0 it says that the peer goes. */
export function announcement({ key, port }: Announcement, ttl: number = TTL_SECONDS): Uint8Array {
  const name = nameOf(key);
  return encode({
    type: 'response',
    flags: AUTHORITATIVE,
    answers: [
      { name: SERVICE, type: 'PTR', ttl, data: name },
      { name, type: 'SRV', ttl, data: { port, target: `${labelOf(key)}.local` } },
      { name, type: 'TXT', ttl, data: ['v=1', `key=${toHex(key)}`] },
    ],
  });
}

/** Undefined for what is not about peers. */
export function readMdns(bytes: Uint8Array): MdnsMessage | undefined {
  if (bytes.length > LARGEST) return undefined;
  const packet = decoded(bytes);
  if (packet === undefined) return undefined;
  if (packet.type === 'query') {
    const isOurs = (packet.questions ?? []).some(({ name, type }) => name.toLowerCase() === SERVICE && isPtr(type));
    return isOurs ? { kind: 'question' } : undefined;
  }
  const records = [...(packet.answers ?? []), ...(packet.additionals ?? [])];
  if (records.length > MOST_RECORDS) return undefined;
  const peers = records.flatMap((record) => peerOf(record, records));
  return peers.length === 0 ? undefined : { kind: 'announcement', peers };
}

const isPtr = (type: unknown): boolean => type === 'PTR' || type === 'ANY';

function decoded(bytes: Uint8Array) {
  try {
    return decode(Buffer.from(bytes));
  } catch {
    return undefined;
  }
}

/** A label holds 63 bytes: half a key names the instance, and the whole one stands in its TXT record. */
const labelOf = (key: Uint8Array): string => toHex(key.subarray(0, 16));
const nameOf = (key: Uint8Array): string => `${labelOf(key)}.${SERVICE}`;

function peerOf(record: Answer, records: readonly Answer[]): Announcement[] {
  if (record.type !== 'TXT' || !record.ttl) return [];
  const texts = [record.data].flat().map(String);
  const key = fromHex(texts.find((text) => text.startsWith('key='))?.slice(4) ?? '', 32);
  if (key === undefined || !texts.includes('v=1') || record.name !== nameOf(key)) return [];
  const service = records.find(({ name, type }) => type === 'SRV' && name === record.name);
  const port = service?.type === 'SRV' && service.ttl ? service.data.port : 0;
  return port > 0 && port <= 65_535 ? [{ key, port }] : [];
}
