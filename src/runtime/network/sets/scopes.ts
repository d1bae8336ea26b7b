/**
 * Scopes of envelopes as sets. What comes takes the line that all envelopes take (runtime/pipeline); unsigned messages
 * never leave the relay that took them.
 */
import { toHex } from '../../../core/bytes.ts';
import { decodeEnvelope, type Envelope, envelopeId, isStoredSigned } from '../../../core/envelope/envelope.ts';
import { fitsScope, signedTime } from '../../../core/envelope/placement.ts';
import { DecodeError } from '../../../core/errors.ts';
import type { Clock, Placed, Sha256, Store } from '../../../core/ports.ts';
import { isScope, NAME_PREFIX } from '../../../core/scope.ts';
import { ItemSet } from '../../../core/sync/item-set.ts';
import type { Row } from '../../../core/sync/session/messages.ts';
import { wantsSet } from '../../../core/sync/session/wants.ts';
import { boundedMap } from '../../bounded-map.ts';
import type { Pipeline } from '../../pipeline/types.ts';
import { createExpiring, type Expiring } from './expiring.ts';
import type { Giver, Keeper, Watcher } from './types.ts';

export interface ScopeKeeperParts {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly sha256: Sha256;
  readonly clock: Pick<Clock, 'now'>;
  /** Until when an envelope of that scope and time is kept here; 0: always. Packets have a time to live of their own. */
  lifeOf?(scope: string, time: number): number;
  /** Blobs (hex) that an envelope names and that are wanted with it. */
  blobsOf?(envelope: Envelope): Promise<readonly string[]>;
}

const PAGE = 1000;
const MOST_SCOPES = 10_000;
const REMEMBERED = 100_000;
/** Clocks that differ by less are normal. */
const SKEW_MS = 300_000;

export function createScopeKeeper(parts: ScopeKeeperParts): Keeper {
  const { store, pipeline, sha256, clock } = parts;
  const sets = new Map<string, Promise<ItemSet>>();
  const loaded = new Map<string, ItemSet>();
  /** Of packets, which end by themselves: their sets forget them then. */
  const expiring = new Map<string, Expiring>();
  const refused = boundedMap<string, true>(REMEMBERED);
  /** Whom an envelope that is being admitted came from. */
  const givers = new Map<string, Giver>();
  const watchers = new Set<Watcher>();

  pipeline.subscribe('', (placed) => {
    if (!isShared(placed)) return;
    const item = { time: placed.time, id: placed.id };
    if (loaded.get(placed.scope)?.add(item)) expiring.get(placed.scope)?.add(item, placed.expires);
    for (const watcher of watchers) watcher(placed.scope, item, givers.get(toHex(placed.id)));
  });

  const load = async (scope: string): Promise<ItemSet> => {
    const set = new ItemSet();
    // From here on, what arrives is added by the subscription as well.
    loaded.set(scope, set);
    const ends = isPacket(scope) ? createExpiring(set, clock.now) : undefined;
    if (ends !== undefined) expiring.set(scope, ends);
    for (let after = 0; ; ) {
      const page = await store.arrivals(scope, after, PAGE);
      for (const placed of page.filter(isShared)) {
        const item = { time: placed.time, id: placed.id };
        if (set.add(item)) ends?.add(item, placed.expires);
      }
      if (page.length < PAGE) return set;
      after = page.at(-1)?.arrival ?? after;
    }
  };
  const take = async (scope: string, row: Row, from: Giver): Promise<Uint8Array | undefined> => {
    const envelope = read(row.bytes, scope);
    if (envelope === undefined) return undefined;
    const id = envelopeId(sha256, envelope);
    const time = signedTime(envelope) ?? row.received;
    if (isPacket(scope) && time > clock.now() + SKEW_MS) return undefined;
    const name = toHex(id);
    givers.set(name, from);
    try {
      const expires = isPacket(scope) ? row.expires : (parts.lifeOf?.(scope, time) ?? 0);
      const named = { id, stored: row.bytes };
      const arrival = { envelope, named, scope, time, received: clock.now(), expires, hint: '', via: 'sync' } as const;
      const { kind } = await pipeline.admit(arrival);
      if (kind === 'refused') refused.set(`${scope}/${name}`, true);
      if (kind === 'stored') from.fetch((await parts.blobsOf?.(envelope)) ?? []);
    } finally {
      givers.delete(name);
    }
    return id;
  };

  return {
    keeps: isScope,
    async names(wants) {
      const names = new Set<string>();
      for (const pattern of wants.sets) {
        const prefix = pattern.endsWith('*') ? pattern.slice(0, -1) : pattern;
        const found = await store.scopes(prefix, MOST_SCOPES);
        for (const { scope } of found) if (isScope(scope) && wantsSet(wants, scope)) names.add(scope);
      }
      return [...names];
    },
    open(scope) {
      const opening = sets.get(scope) ?? load(scope);
      expiring.get(scope)?.tidy();
      sets.set(scope, opening);
      opening.catch(() => sets.delete(scope));
      return opening;
    },
    async row(scope, item) {
      const placed = await store.find(scope, item.time, item.id);
      if (placed !== undefined) {
        const { expires, envelope: bytes } = placed;
        // When it entered the network, which is what places a packet everywhere.
        return { received: isPacket(scope) ? placed.time : placed.received, expires, bytes };
      }
      // It has expired since.
      loaded.get(scope)?.delete(item);
      return undefined;
    },
    async take(scope, rows, from) {
      const ids = await Promise.all(rows.map((row) => take(scope, row, from)));
      return ids.filter((id) => id !== undefined);
    },
    refuses: (scope, id) => refused.size > 0 && refused.get(`${scope}/${toHex(id)}`) === true,
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

const isPacket = (scope: string): boolean => scope.startsWith(NAME_PREFIX);

const isShared = ({ envelope }: Pick<Placed, 'envelope'>): boolean => isStoredSigned(envelope);

/** Undefined for what is no envelope or does not belong there. */
function read(bytes: Uint8Array, scope: string): Envelope | undefined {
  try {
    const envelope = decodeEnvelope(bytes);
    return fitsScope(envelope, scope) ? envelope : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
