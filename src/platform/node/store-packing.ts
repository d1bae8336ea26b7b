/**
 * Batches in a form that is cheap to copy between threads: thousands of small objects cost more on the way than what is
 * done with them. Entries to append travel as one run of bytes and one of numbers, outcomes as the first of a row.
 */
import type { LogDialect, StoreOp, StoreOutcome } from '../../core/ports.ts';

type Append = Extract<StoreOp, { op: 'append' }>;

export interface PackedBatch {
  /** A number stands for the append of that place in `appends`. */
  readonly batch: readonly (StoreOp | number)[];
  readonly appends?: PackedAppends;
}

interface PackedAppends {
  /** FIELDS for each. */
  readonly numbers: Float64Array;
  /** Of each its id, then its bytes. */
  readonly bytes: Uint8Array;
  /** Authors, dialects and kinds, which repeat. */
  readonly words: readonly string[];
}

/** Or, where every operation inserted, and in a row, the first arrival. */
export type PackedOutcomes = StoreOutcome[] | { readonly first: number; readonly count: number };

/** author, dialect, kind (places in words), depth, received, verified, how many bytes. */
const FIELDS = 7;
const ID_BYTES = 32;
/** Below, packing costs more than it spares. */
const WORTH = 8;

export function packBatch(batch: readonly StoreOp[]): PackedBatch {
  const appends = batch.filter((op) => op.op === 'append' && op.id.length === ID_BYTES) as Append[];
  if (appends.length < WORTH) return { batch: [...batch] };
  const numbers = new Float64Array(appends.length * FIELDS);
  const bytes = new Uint8Array(appends.reduce((sum, op) => sum + ID_BYTES + op.bytes.length, 0));
  const words = new Map<string, number>();
  const place = (word: string): number => {
    const known = words.get(word);
    if (known === undefined) words.set(word, words.size);
    return known ?? words.size - 1;
  };
  let at = 0;
  for (const [i, op] of appends.entries()) {
    const verified = op.verified ? 1 : 0;
    const fields = [
      place(op.author),
      place(op.dialect),
      place(op.kind),
      op.depth,
      op.received,
      verified,
      op.bytes.length,
    ];
    numbers.set(fields, i * FIELDS);
    bytes.set(op.id, at);
    bytes.set(op.bytes, at + ID_BYTES);
    at += ID_BYTES + op.bytes.length;
  }
  let next = 0;
  const places = batch.map((op) => (op === appends[next] ? next++ : op));
  return { batch: places, appends: { numbers, bytes, words: [...words.keys()] } };
}

export function unpackBatch({ batch, appends }: PackedBatch): readonly StoreOp[] {
  if (appends === undefined) return batch as readonly StoreOp[];
  const unpacked = unpackAppends(appends);
  return batch.map((op) => (typeof op === 'number' ? (unpacked[op] as Append) : op));
}

function unpackAppends({ numbers, bytes, words }: PackedAppends): Append[] {
  const word = (place: number | undefined): string => words[place ?? -1] ?? '';
  let at = 0;
  return Array.from({ length: numbers.length / FIELDS }, (_, i) => {
    const [author, dialect, kind, depth = 0, received = 0, verified, length = 0] = numbers.subarray(
      i * FIELDS,
      (i + 1) * FIELDS,
    );
    const start = at;
    at += ID_BYTES + length;
    return {
      ...{
        op: 'append',
        author: word(author),
        dialect: word(dialect) as LogDialect,
        kind: word(kind),
        depth,
        received,
      },
      ...{ id: bytes.subarray(start, start + ID_BYTES), bytes: bytes.subarray(start + ID_BYTES, at) },
      verified: verified === 1,
    };
  });
}

export function packOutcomes(outcomes: StoreOutcome[]): PackedOutcomes {
  const [head] = outcomes;
  if (head?.outcome !== 'inserted' || outcomes.length < WORTH) return outcomes;
  const first = head.arrival;
  const isRow = outcomes.every((one, i) => one.outcome === 'inserted' && one.arrival === first + i);
  return isRow ? { first, count: outcomes.length } : outcomes;
}

export const unpackOutcomes = (packed: PackedOutcomes): StoreOutcome[] =>
  Array.isArray(packed)
    ? packed
    : Array.from({ length: packed.count }, (_, i) => ({ outcome: 'inserted', arrival: packed.first + i }));
