/**
 * Makes packs of what came since the last time and stands in none, and announces them in the own log. A pack is kept before the entry
 * that names it, and the entry is committed together with the cursor: a process that ends in between makes the same
 * packs again, and none is announced for nothing.
 */
import type { AdmissionRecord } from '../../core/admission.ts';
import { fromHex, toHex } from '../../core/bytes.ts';
import { decodeEnvelope, envelopeId } from '../../core/envelope/envelope.ts';
import { formatId } from '../../core/log/dialect.ts';
import { appendToDraft, newDraft } from '../../core/log/draft.ts';
import { encodePack, expiryDay, packSignedBytes } from '../../core/pack.ts';
import type { Sha256, Signer, Store, StoreOp } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import type { LogBlobs } from '../logs/blobs.ts';
import type { OwnLog } from '../logs/own.ts';
import type { Entered, Exchange } from './exchange.ts';
import { packedBy, packedOp } from './packed.ts';

export const PACK_KIND = 'pipes.pack';
const CURSOR = 'pack-cursor';
/** What a record and the tags around it take at most. */
const RECORD_BYTES = 128;

export interface MakingParts {
  readonly store: Store;
  readonly sha256: Sha256;
  readonly logSigner: Signer;
  readonly own: OwnLog;
  readonly blobs: LogBlobs;
}

interface Item {
  readonly envelope: Uint8Array;
  readonly record: AdmissionRecord;
}

/** Resolves to how many packs were made. */
export async function makePacks(parts: MakingParts, exchange: Exchange): Promise<number> {
  let made = 0;
  for (const scope of await exchange.scopes()) {
    const key = `${exchange.name}/${scope}`;
    for (let cursor = Number((await parts.store.record(CURSOR, key)) ?? 0); ; ) {
      const { items, next } = await exchange.entered(scope, cursor);
      if (next === undefined) break;
      const fresh = await unpacked(parts, scope, items);
      const hashes = await packed(parts, fresh);
      const ops = fresh.map(({ record }) => packedOp(scope, record.id, parts.own.author));
      await announce(parts, PACK_KIND, hashes, [...ops, { op: 'put', space: CURSOR, key, value: String(next) }]);
      made += hashes.length;
      cursor = next;
    }
  }
  return made;
}

/** Entries of that kind that name the blobs; `also` is committed with the last of them, or alone. */
export async function announce(
  { store, own }: Pick<MakingParts, 'store' | 'own'>,
  kind: string,
  hashes: readonly string[],
  also: readonly StoreOp[],
): Promise<void> {
  if (hashes.length === 0) await store.commit(also);
  const dialect = await own.dialect();
  for (let at = 0; at < hashes.length; at += LIMITS.packsPerEntry) {
    const named = hashes.slice(at, at + LIMITS.packsPerEntry);
    const draft = named.reduce(
      (one, hash, i) =>
        appendToDraft(one, `blob-${i}`, formatId(dialect, 'blob', fromHex(hash, 32) ?? new Uint8Array())),
      newDraft(dialect, kind),
    );
    await own.sign(draft, at + named.length === hashes.length ? also : []);
  }
}

/** Those that no other log has announced, and this one has not. */
async function unpacked({ store, sha256 }: MakingParts, scope: string, entered: readonly Entered[]): Promise<Item[]> {
  const items = entered.map((item) => itemOf(sha256, scope, item));
  const by = await Promise.all(items.map(({ record }) => packedBy(store, scope, record.id)));
  return items.filter((_, i) => by[i] === undefined);
}

async function packed(parts: MakingParts, items: readonly Item[]): Promise<string[]> {
  const hashes: string[] = [];
  for (const group of groups(items)) {
    const content = { peer: parts.logSigner.key, records: group.map(({ record }) => record) };
    const { scope = '', expires = 0 } = group[0]?.record ?? {};
    const pack = encodePack({
      ...{ scope, day: expiryDay(expires), envelopes: group.map(({ envelope }) => envelope) },
      ...content,
      signature: await parts.logSigner.sign(packSignedBytes(content)),
    });
    const hash = toHex(parts.sha256(pack));
    await parts.blobs.stage(hash, pack);
    hashes.push(hash);
  }
  return hashes;
}

function itemOf(sha256: Sha256, scope: string, { envelope, ...terms }: Entered): Item {
  const id = envelopeId(sha256, decodeEnvelope(envelope));
  const { received, expires, hops } = terms;
  return { envelope, record: { id, scope, received, expires, hops } };
}

/** By the day of their expiry, each group as large as a pack may be. */
function groups(items: readonly Item[]): Item[][] {
  const open = new Map<number, { items: Item[]; bytes: number }>();
  const full: Item[][] = [];
  for (const item of items) {
    const day = expiryDay(item.record.expires);
    const bytes = item.envelope.length + RECORD_BYTES;
    let group = open.get(day);
    if (group !== undefined && group.bytes + bytes > LIMITS.packEnvelopeBytes) {
      full.push(group.items);
      group = undefined;
    }
    group ??= { items: [], bytes: 0 };
    group.items.push(item);
    group.bytes += bytes;
    open.set(day, group);
  }
  return [...full, ...[...open.values()].map((group) => group.items)];
}
