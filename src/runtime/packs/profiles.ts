/**
 * Signed profiles go along with packs, or nobody could seal an answer: as JSON arrays in blobs that entries of kind
 * pipes.profiles name (spec/02-pigeon.md#packs). Each version is announced once, and only by who has not got it that way.
 */
import { fromUtf8, toHex, utf8 } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import type { StoreOp } from '../../core/ports.ts';
import { type Profile, parseProfile } from '../../core/profile.ts';
import type { Exchange, Receiver } from './exchange.ts';
import { announce, type MakingParts } from './making.ts';
import { noteCarrier } from './packed.ts';
import { blobsBy, type ReadingParts, readAnnounced, withBlob } from './reading.ts';

export const PROFILES_KIND = 'pipes.profiles';
/** By key, the version that was announced here, or came in an announcement. */
const SEEN = 'profile-announced';
const BLOB_BYTES = 262_144;
const MOST_IN_BLOB = 1024;

export async function announceProfiles(parts: MakingParts, exchange: Exchange): Promise<void> {
  let held: string[] = [];
  let ops: StoreOp[] = [];
  let size = 0;
  const flush = async () => {
    if (held.length === 0) return;
    const bytes = utf8(`[${held.join(',')}]`);
    const hash = toHex(parts.sha256(bytes));
    await parts.blobs.stage(hash, bytes);
    await announce(parts, PROFILES_KIND, [hash], ops);
    [held, ops, size] = [[], [], 0];
  };
  for await (const json of exchange.profiles()) {
    const profile = readProfile(json);
    if (profile === undefined || !(await isNews(parts, profile))) continue;
    const text = JSON.stringify(json);
    if (size + text.length > BLOB_BYTES || held.length === MOST_IN_BLOB) await flush();
    held.push(text);
    ops.push(seenOp(profile));
    size += utf8(text).length + 1;
  }
  await flush();
}

/** Resolves to how many were new to the exchange. */
export async function readProfiles(parts: ReadingParts, exchange: Receiver): Promise<number> {
  let taken = 0;
  const take = async (bytes: Uint8Array, author: Uint8Array): Promise<void> => {
    for (const json of listOf(bytes)) {
      const profile = readProfile(json);
      if (profile === undefined) continue;
      if (await isNews(parts, profile)) await parts.store.commit([seenOp(profile)]);
      if (!(await exchange.acceptProfile(json))) continue;
      taken++;
      await noteCarrier(parts.store, toHex(author));
    }
  };
  await readAnnounced(parts, blobsBy(PROFILES_KIND), exchange.name, withBlob(parts, take));
  return taken;
}

async function isNews({ store }: Pick<MakingParts, 'store'>, profile: Profile): Promise<boolean> {
  return Number((await store.record(SEEN, toHex(profile.key))) ?? 0) < profile.version;
}

const seenOp = (profile: Profile): StoreOp => ({
  ...{ op: 'put', space: SEEN, key: toHex(profile.key), value: String(profile.version) },
});

function readProfile(json: unknown): Profile | undefined {
  try {
    return parseProfile(json);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function listOf(bytes: Uint8Array): readonly unknown[] {
  try {
    const list: unknown = bytes.length > BLOB_BYTES + 2 ? undefined : JSON.parse(fromUtf8(bytes) ?? '');
    return Array.isArray(list) ? list.slice(0, MOST_IN_BLOB) : [];
  } catch {
    return [];
  }
}
