/**
 * Scopes of envelopes as sets. What comes takes the way that all take which others admitted (runtime/intake); unsigned
 * messages never leave the relay that took them.
 */
import { toHex } from '../../../core/bytes.ts';
import { isStoredSigned } from '../../../core/envelope/envelope.ts';
import type { Clock, Placed, Store } from '../../../core/ports.ts';
import { isScope } from '../../../core/scope.ts';
import { ItemSet } from '../../../core/sync/item-set.ts';
import type { Row } from '../../../core/sync/session/messages.ts';
import { wantsSet } from '../../../core/sync/session/wants.ts';
import { boundedMap } from '../../bounded-map.ts';
import { type EnvelopeIntake, isPacket } from '../../intake/envelopes.ts';
import { createListeners } from '../../listeners.ts';
import type { Pipeline } from '../../pipeline/types.ts';
import { createExpiring, type Expiring } from './expiring.ts';
import type { Giver, Keeper, Watcher } from './types.ts';

export interface ScopeKeeperParts {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly envelopes: EnvelopeIntake;
  readonly clock: Pick<Clock, 'now'>;
}

const PAGE = 1000;
const MOST_SCOPES = 10_000;
const REMEMBERED = 100_000;

export function createScopeKeeper({ store, pipeline, envelopes, clock }: ScopeKeeperParts): Keeper {
  const sets = new Map<string, Promise<ItemSet>>();
  const loaded = new Map<string, ItemSet>();
  /** Of packets, which end by themselves: their sets forget them then. */
  const expiring = new Map<string, Expiring>();
  const refused = boundedMap<string, true>(REMEMBERED);
  /** Whom an envelope that is being admitted came from. */
  const givers = new Map<string, Giver>();
  const watchers = createListeners<Parameters<Watcher>>();

  pipeline.subscribe('', (placed) => {
    if (!isShared(placed)) return;
    const item = { time: placed.time, id: placed.id };
    if (loaded.get(placed.scope)?.add(item)) expiring.get(placed.scope)?.add(item, placed.expires);
    watchers.tell(placed.scope, item, givers.get(toHex(placed.id)));
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
    const read = envelopes.read(scope, row.bytes);
    if (read === undefined) return undefined;
    const name = toHex(read.id);
    givers.set(name, from);
    try {
      const kind = await envelopes.place(scope, read, row);
      if (kind === 'refused') refused.set(`${scope}/${name}`, true);
      return kind === 'future' ? undefined : read.id;
    } finally {
      givers.delete(name);
    }
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
    watch: watchers.add,
  };
}

const isShared = ({ envelope }: Pick<Placed, 'envelope'>): boolean => isStoredSigned(envelope);
