/**
 * Scars: memory that agents barter (spec/08-keep.md#scars). `scar:put` stores the packet's scar for those that the body
 * names, `scar:list` lists what the asking key may read, `scar:get` fetches one. Each stands behind 32 random bytes in its
 * blob, so that the blob's name can't be guessed from what it says.
 */
import { concat, fromHex, toHex } from '../../core/bytes.ts';
import { EMPTY, encodePacket, type Packet } from '../../core/packet/packet.ts';
import type { House } from '../../runtime/house.ts';
import { SERVER } from './words.ts';

export interface Scars {
  /** The server's answer. */
  answer(verb: string, packet: Packet, say: (body: string) => Uint8Array): Promise<Uint8Array>;
}

interface Row {
  readonly size: number;
  readonly at: number;
  /** Keys, or everybody. */
  readonly to: readonly string[] | 'all';
}

const SPACE = 'keep-scar';
/** The relay's: what keeps a blob from being collected. */
const BLOB_SPACE = 'blob-name';
const SALT_BYTES = 32;
const LISTED = 200;
const READERS = 64;
const MOST = 1000;

export function createScars(house: House, policy: { readonly scar_quota_bytes: number }): Scars {
  const { store, blobs, clock, random, sha256 } = house;

  const ofAuthor = async (author: string): Promise<{ hash: string; row: Row }[]> => {
    const prefix = `${author}/`;
    const found = (await store.records(SPACE, MOST, prefix)).filter(({ key }) => key.startsWith(prefix));
    return found.map(({ key, value }) => ({ hash: key.slice(prefix.length), row: JSON.parse(value) as Row }));
  };

  async function put(packet: Packet): Promise<string> {
    const author = toHex(packet.pk);
    const to = readers(packet.body);
    if (to === undefined || packet.scar.length === 0) return 'error:bad_scar';
    const own = await ofAuthor(author);
    const used = own.reduce((sum, { row }) => sum + row.size, 0);
    if (own.length >= MOST || used + packet.scar.length > policy.scar_quota_bytes) return 'error:scar_quota';
    const bytes = concat(random(SALT_BYTES), packet.scar);
    const hash = toHex(sha256(bytes));
    const row: Row = { size: packet.scar.length, at: clock.now(), to };
    await blobs.put(hash, bytes);
    await store.commit([
      { op: 'put', space: SPACE, key: `${author}/${hash}`, value: JSON.stringify(row) },
      { op: 'put', space: BLOB_SPACE, key: hash, value: JSON.stringify({ until: 0 }) },
    ]);
    return hash;
  }

  async function list(packet: Packet): Promise<string> {
    const author = hashIn(packet.body, 'author');
    if (author === undefined) return 'error:bad_scar';
    const reader = toHex(packet.pk);
    const rows = (await ofAuthor(author)).filter(({ row }) => mayRead(row, author, reader)).slice(-LISTED);
    return JSON.stringify({ scars: rows.map(({ hash, row: { size, at } }) => ({ hash, size, at })) });
  }

  async function get(packet: Packet): Promise<Uint8Array | undefined> {
    const [author, hash] = [hashIn(packet.body, 'author'), hashIn(packet.body, 'hash')];
    if (author === undefined || hash === undefined) return undefined;
    const value = await store.record(SPACE, `${author}/${hash}`);
    if (value === undefined || !mayRead(JSON.parse(value) as Row, author, toHex(packet.pk))) return undefined;
    return (await blobs.get(hash))?.subarray(SALT_BYTES);
  }

  return {
    async answer(verb, packet, say) {
      if (verb === 'put') return say(await put(packet));
      if (verb === 'list') return say(await list(packet));
      if (verb !== 'get') return say('error:unknown_scar');
      const scar = await get(packet);
      if (scar === undefined) return say('error:no_scar');
      return encodePacket({ ...EMPTY, typ: 1, id: packet.id, src: SERVER, body: 'done', scar });
    },
  };
}

const mayRead = ({ to }: Row, author: string, reader: string): boolean =>
  reader === author || to === 'all' || to.includes(reader);

/** {"to": "all"} or {"to": [keys]}; an empty body keeps it for the author alone. */
function readers(body: string): Row['to'] | undefined {
  if (body === '') return [];
  const to = object(body)?.to;
  if (to === 'all') return to;
  return Array.isArray(to) && to.length <= READERS && to.every(isHash) ? (to as string[]) : undefined;
}

function hashIn(body: string, name: string): string | undefined {
  const value = object(body)?.[name];
  return isHash(value) ? value : undefined;
}

const isHash = (value: unknown): value is string => typeof value === 'string' && fromHex(value, 32) !== undefined;

function object(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
