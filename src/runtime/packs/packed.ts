/**
 * Which placements stand in a pack already, by the log that announces it: none is packed twice, whether it came by a stick,
 * over a stream, or to another program of this installation. Such a log goes along as it is when a bundle is written.
 */
import { toHex } from '../../core/bytes.ts';
import { decodeEnvelope, envelopeId } from '../../core/envelope/envelope.ts';
import type { Pack } from '../../core/pack.ts';
import type { Sha256, Store, StoreOp } from '../../core/ports.ts';
import { allRecords } from '../records.ts';

/** By scope and id, the key of that log. */
const PACKED = 'packed';
const CARRIER = 'carrier-log';
const MOST_CARRIERS = 1000;
const OPS = 1000;

const keyOf = (scope: string, id: Uint8Array): string => `${scope}/${toHex(id)}`;

export const packedOp = (scope: string, id: Uint8Array, author: string): StoreOp => ({
  ...{ op: 'put', space: PACKED, key: keyOf(scope, id), value: author, ifAbsent: true },
});

/** The log (key in hex) that announced it; undefined where no pack has it. */
export const packedBy = (store: Pick<Store, 'record'>, scope: string, id: Uint8Array): Promise<string | undefined> =>
  store.record(PACKED, keyOf(scope, id));

/** All of that log's own pack was taken: nobody else need pack it, as long as the log goes along. */
export async function notePack(
  store: Store,
  sha256: Sha256,
  { scope, envelopes }: Pack,
  author: string,
): Promise<void> {
  if (!(await noteCarrier(store, author))) return;
  const ids = envelopes.map((bytes) => envelopeId(sha256, decodeEnvelope(bytes)));
  for (let at = 0; at < ids.length; at += OPS) {
    await store.commit(ids.slice(at, at + OPS).map((id) => packedOp(scope, id, author)));
  }
}

/** What that log announces counts here. False where too many others go along. */
export async function noteCarrier(store: Store, author: string): Promise<boolean> {
  if ((await store.record(CARRIER, author)) !== undefined) return true;
  if ((await store.count(CARRIER)) >= MOST_CARRIERS) return false;
  await store.commit([{ op: 'put', space: CARRIER, key: author, value: '' }]);
  return true;
}

export const carriers = async (store: Store): Promise<readonly string[]> =>
  (await allRecords(store, CARRIER)).map(({ key }) => key);
