/**
 * Finds how two sets differ by comparing fingerprints of ever smaller ranges (spec/09-sync.md#reconciliation). Holds no
 * state between messages: each is answered from the set as it stands, so that sets may grow meanwhile. What one side
 * finds out, it acts on: it pushes what the other lacks and asks for what it lacks itself.
 */
import { concat, equal, toHex, utf8 } from '../bytes.ts';
import type { Sha256 } from '../ports.ts';
import { LABELS, LIMITS } from '../registry.ts';
import { varint } from '../wire.ts';
import { type Bound, END, type Item, type ItemSet, type Span, START } from './item-set.ts';
import { sumBytes } from './leaf.ts';
import {
  decodeRanges,
  encodeRanges,
  FINGERPRINT_BYTES,
  type Range,
  type RangeClaim,
  rangeBytes,
} from './range-message.ts';

export interface Difference {
  /** What to send back; undefined when nothing is left to find out. */
  readonly reply: Uint8Array<ArrayBuffer> | undefined;
  /** Here, and not there. */
  readonly have: readonly Item[];
  /** There, and not here. */
  readonly need: readonly Uint8Array[];
  /** Whose ids the reply lists: what the other side may ask for next. */
  readonly listed: readonly Item[];
}

/** Up to as many ids are listed rather than fingerprinted. */
const LISTED = 32;
const BRANCHES = 16;
/** The newest, smallest range of the first message. */
const NEWEST = 16;

/** The first message: ranges that double in size from the newest back, as what differs is mostly new. */
export function beginReconciliation(set: ItemSet, sha256: Sha256): Uint8Array<ArrayBuffer> {
  const cuts: number[] = [];
  for (let back = NEWEST; back < set.size; back *= 2) cuts.unshift(set.size - back);
  return encodeRanges(fingerprints(set, START, [...boundsAt(set, cuts), END], sha256));
}

/** Throws DecodeError for a malformed message. */
export const reconcile = (set: ItemSet, message: Uint8Array, sha256: Sha256): Difference =>
  answerRanges(set, decodeRanges(message), sha256);

/** As `reconcile`, of a message that was read before. */
export function answerRanges(set: ItemSet, ranges: readonly Range[], sha256: Sha256): Difference {
  const answers = new Answers(set, sha256);
  const spanBefore = set.sweep();
  let lower = START;
  for (const range of ranges) {
    if (answers.isFull) break;
    answers.give(lower, range, spanBefore(range.upper));
    lower = range.upper;
  }
  return answers.finish(lower);
}

/** The first 16 bytes of SHA-256(label ‖ 0 ‖ count ‖ sum of the ids modulo 2^256). */
export function fingerprint(sha256: Sha256, { count, sum }: Span): Uint8Array {
  const bytes = concat(utf8(LABELS.syncFingerprint), Uint8Array.of(0), varint(count), sumBytes(sum));
  return sha256(bytes).slice(0, FINGERPRINT_BYTES);
}

class Answers {
  readonly #set: ItemSet;
  readonly #sha256: Sha256;
  readonly #ranges: Range[] = [];
  readonly #have: Item[] = [];
  readonly #need: Uint8Array[] = [];
  readonly #listed: Item[] = [];
  #bytes = 0;

  constructor(set: ItemSet, sha256: Sha256) {
    this.#set = set;
    this.#sha256 = sha256;
  }

  get isFull(): boolean {
    return this.#bytes > LIMITS.syncMessageBytes / 2 || this.#have.length > LIMITS.syncItems;
  }

  give(lower: Bound, range: Range, own: Span): void {
    for (const answer of this.#answer(lower, range, own)) {
      if (answer.kind === 'skip' && this.#ranges.at(-1)?.kind === 'skip') this.#ranges.pop();
      this.#ranges.push(answer);
      this.#bytes += rangeBytes(answer);
    }
  }

  /** What was not reached is left to another round. */
  finish(lower: Bound): Difference {
    if (lower.time !== END.time && this.isFull) {
      this.#ranges.push(...fingerprints(this.#set, lower, [END], this.#sha256));
    }
    while (this.#ranges.at(-1)?.kind === 'skip') this.#ranges.pop();
    const reply = this.#ranges.length === 0 ? undefined : encodeRanges(this.#ranges);
    return { reply, have: this.#have, need: this.#need, listed: this.#listed };
  }

  #answer(lower: Bound, range: Range, own: Span): readonly Range[] {
    const { kind, upper } = range;
    if (kind === 'skip') return [{ kind: 'skip', upper }];
    if (kind === 'ask') return this.#tell(lower, upper, own);
    if (kind === 'list') return this.#learn(lower, upper, own, range.ids);
    if (equal(fingerprint(this.#sha256, own), range.fingerprint)) return [{ kind: 'skip', upper }];
    if (range.count === 0) return this.#learn(lower, upper, own, []);
    const isTheirsShorter = own.count > LISTED && range.count <= LISTED;
    return isTheirsShorter ? [{ kind: 'ask', upper }] : this.#tell(lower, upper, own);
  }

  #learn(lower: Bound, upper: Bound, own: Span, theirs: readonly Uint8Array[]): readonly Range[] {
    if (own.count > LIMITS.syncItems) return this.#tell(lower, upper, own);
    const left = new Map(theirs.map((id) => [toHex(id), id]));
    for (const item of this.#set.between(lower, upper)) if (!left.delete(toHex(item.id))) this.#have.push(item);
    this.#need.push(...left.values());
    return [{ kind: 'skip', upper }];
  }

  /** Own ids where they are few, else finer fingerprints. */
  #tell(lower: Bound, upper: Bound, own: Span): readonly Range[] {
    if (own.count > LISTED) {
      const finer = splitEvenly(this.#set, lower, upper, own.count);
      return fingerprints(this.#set, lower, [...finer, upper], this.#sha256);
    }
    const items = [...this.#set.between(lower, upper)];
    this.#listed.push(...items);
    return [{ kind: 'list', upper, ids: items.map(({ id }) => id) }];
  }
}

function fingerprints(set: ItemSet, lower: Bound, uppers: readonly Bound[], sha256: Sha256): Range[] {
  const spanBefore = set.sweep();
  spanBefore(lower);
  return uppers.map((upper) => {
    const span = spanBefore(upper);
    const claim: RangeClaim = { kind: 'fingerprint', count: span.count, fingerprint: fingerprint(sha256, span) };
    return { upper, ...claim };
  });
}

function splitEvenly(set: ItemSet, lower: Bound, upper: Bound, count: number): Bound[] {
  const bounds: Bound[] = [];
  let index = 0;
  let before: Item | undefined;
  for (const item of set.between(lower, upper)) {
    const isCut =
      before !== undefined && Math.floor((index * BRANCHES) / count) > Math.floor(((index - 1) * BRANCHES) / count);
    if (isCut && before !== undefined) bounds.push(boundBetween(before, item));
    before = item;
    index++;
  }
  return bounds;
}

function boundsAt(set: ItemSet, cuts: readonly number[]): Bound[] {
  return cuts.flatMap((cut) => {
    const [before, after] = [set.at(cut - 1), set.at(cut)];
    return before === undefined || after === undefined ? [] : [boundBetween(before, after)];
  });
}

/** The shortest bound that has the one before it and the other not. */
export function boundBetween(before: Item, after: Item): Bound {
  if (before.time !== after.time) return { time: after.time, prefix: new Uint8Array(0) };
  let length = 0;
  while (before.id[length] === after.id[length]) length++;
  return { time: after.time, prefix: after.id.slice(0, length + 1) };
}
