/**
 * Store in memory: the contract at its most obvious, for tests and simulations. It is also the model that the
 * durable adapters are compared with. Nothing survives the process.
 */
import { compare, toHex } from '../../core/bytes.ts';
import type { Clock, Placed, ScopeInfo, Store, StoreOp, StoreOutcome, StoreRecord } from '../../core/ports.ts';
import { guardStore } from '../../core/storage.ts';
import { createMemoryLogs, type MemoryLogs } from './store-logs.ts';

export { createMemoryBlobs } from './blobs.ts';

interface Scope {
  readonly created: number;
  /** By (time, id). */
  readonly placements: Placed[];
  readonly byId: Map<string, Placed>;
}

interface State {
  readonly clock: Pick<Clock, 'now'>;
  readonly scopes: Map<string, Scope>;
  readonly envelopes: Map<string, { bytes: Uint8Array; places: number }>;
  readonly spaces: Map<string, Map<string, string>>;
  readonly logs: MemoryLogs;
  arrival: number;
}

export function createMemoryStore(options: { clock: Pick<Clock, 'now'>; epoch?: string }): Store {
  const state: State = {
    clock: options.clock,
    scopes: new Map(),
    envelopes: new Map(),
    spaces: new Map(),
    logs: createMemoryLogs(),
    arrival: 0,
  };
  return guardStore({
    epoch: options.epoch ?? '0000000000000000',
    commit: async (batch) => batch.map((op) => apply(state, op)),
    find: async (scope, time, id) => {
      const found = state.scopes.get(scope)?.byId.get(toHex(id));
      return found?.time === time && !hasExpired(found, state.clock.now()) ? copy(found) : undefined;
    },
    latest: async (scope, limit, before = Number.POSITIVE_INFINITY) => {
      const older = visible(state, scope).filter(({ time }) => time < before);
      return older.slice(Math.max(0, older.length - limit)).map(copy);
    },
    since: async (scope, after, limit) => {
      const newer = visible(state, scope).filter(({ time }) => time > after);
      return newer.slice(0, limit).map(copy);
    },
    arrivals: async (scope, after, limit) => {
      const later = visible(state, scope).filter(({ arrival }) => arrival > after);
      later.sort((a, b) => a.arrival - b.arrival);
      return later.slice(0, limit).map(copy);
    },
    scopes: async (prefix, limit) => infos(state, prefix).slice(0, limit),
    totals: async (prefix) => {
      const matching = infos(state, prefix);
      return { scopes: matching.length, placements: matching.reduce((sum, { count }) => sum + count, 0) };
    },
    record: async (space, key) => state.spaces.get(space)?.get(key),
    records: async (space, limit, after = '') => {
      const later = records(state, space).filter(({ key }) => key > after);
      return later.slice(0, limit);
    },
    count: async (space) => state.spaces.get(space)?.size ?? 0,
    ...state.logs.reads,
    sweep: async (now) => sweep(state, now),
    close: async () => undefined,
  });
}

const hasExpired = (placed: Placed, now: number): boolean => placed.expires !== 0 && placed.expires <= now;

function visible(state: State, scope: string): Placed[] {
  const now = state.clock.now();
  return (state.scopes.get(scope)?.placements ?? []).filter((placed) => !hasExpired(placed, now));
}

const copy = (placed: Placed): Placed => ({
  ...placed,
  id: new Uint8Array(placed.id),
  envelope: new Uint8Array(placed.envelope),
});

function apply(state: State, op: StoreOp): StoreOutcome {
  switch (op.op) {
    case 'place':
      return place(state, op);
    case 'remove':
      return removeAt(state, op);
    case 'put':
      return put(state, op);
    case 'delete':
      state.spaces.get(op.space)?.delete(op.key);
      return { outcome: 'done' };
    default:
      return state.logs.apply(op);
  }
}

function place(state: State, op: Extract<StoreOp, { op: 'place' }>): StoreOutcome {
  const known = state.scopes.get(op.scope)?.byId.get(toHex(op.id));
  if (known !== undefined) {
    if (!hasExpired(known, state.clock.now())) return { outcome: 'known', arrival: known.arrival };
    remove(state, op.scope, known);
  }
  const scope = state.scopes.get(op.scope) ?? { created: op.received, placements: [], byId: new Map() };
  state.scopes.set(op.scope, scope);
  const { op: _, ...fields } = op;
  const placed = { ...fields, envelope: keepEnvelope(state, op), arrival: ++state.arrival };
  scope.placements.splice(position(scope.placements, placed), 0, placed);
  scope.byId.set(toHex(op.id), placed);
  return { outcome: 'inserted', arrival: placed.arrival };
}

function removeAt(state: State, op: Extract<StoreOp, { op: 'remove' }>): StoreOutcome {
  const placed = state.scopes.get(op.scope)?.byId.get(toHex(op.id));
  if (placed?.time === op.time) remove(state, op.scope, placed);
  return { outcome: 'done' };
}

/** The bytes that came first stay: an id names the signed part, and one copy serves all scopes. */
function keepEnvelope(state: State, { id, envelope }: { id: Uint8Array; envelope: Uint8Array }): Uint8Array {
  const name = toHex(id);
  const kept = state.envelopes.get(name) ?? { bytes: envelope, places: 0 };
  kept.places++;
  state.envelopes.set(name, kept);
  return kept.bytes;
}

/** Where `placed` belongs in the order (time, id). */
function position(placements: readonly Placed[], placed: Placed): number {
  let low = 0;
  let high = placements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = placements[middle];
    if (other !== undefined && (other.time - placed.time || compare(other.id, placed.id)) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function remove(state: State, name: string, placed: Placed): void {
  const scope = state.scopes.get(name);
  if (scope === undefined) return;
  const id = toHex(placed.id);
  scope.placements.splice(position(scope.placements, placed), 1);
  scope.byId.delete(id);
  const envelope = state.envelopes.get(id);
  if (envelope !== undefined && --envelope.places === 0) state.envelopes.delete(id);
  if (scope.placements.length === 0) state.scopes.delete(name);
}

function put(state: State, op: Extract<StoreOp, { op: 'put' }>): StoreOutcome {
  const space = state.spaces.get(op.space) ?? new Map<string, string>();
  state.spaces.set(op.space, space);
  const present = space.get(op.key);
  if (op.ifAbsent === true && present !== undefined) return { outcome: 'present', value: present };
  space.set(op.key, op.value);
  return { outcome: 'done' };
}

/** Latest activity first, then by name. */
function infos(state: State, prefix: string): ScopeInfo[] {
  return [...state.scopes]
    .filter(([scope]) => scope.startsWith(prefix))
    .map(([scope, { created, placements }]) => ({
      scope,
      created,
      count: placements.length,
      latest: placements.at(-1)?.time ?? 0,
    }))
    .sort((a, b) => b.latest - a.latest || (a.scope < b.scope ? -1 : 1));
}

function records(state: State, space: string): StoreRecord[] {
  return [...(state.spaces.get(space) ?? [])]
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function sweep(state: State, now: number): number {
  let gone = 0;
  for (const [name, scope] of [...state.scopes]) {
    for (const placed of scope.placements.filter((each) => hasExpired(each, now))) {
      remove(state, name, placed);
      gone++;
    }
  }
  return gone;
}
