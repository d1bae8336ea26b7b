/**
 * The sets that two peers hold in common (spec/09-sync.md#sets): offers, their reconciliation, and what is new since. A
 * message of ranges waits while so much of its set is on the way that more would only pile up. All that is kept in mind
 * is bounded; what goes beyond is let go, and the set compared again once there is room.
 */
import { toHex } from '../../bytes.ts';
import { DecodeError } from '../../errors.ts';
import type { Sha256 } from '../../ports.ts';
import { LIMITS } from '../../registry.ts';
import type { Item } from '../item.ts';
import { END, type ItemSet } from '../item-set.ts';
import { decodeRanges, type Range } from '../range-message.ts';
import { answerRanges, beginReconciliation, fingerprint } from '../ranges.ts';
import type { Message, Offer } from './messages.ts';
import type { Outgoing } from './outgoing.ts';

interface Parts {
  readonly sha256: Sha256;
  readonly isDialer: boolean;
  readonly out: Outgoing;
  iWant(set: string): boolean;
  theyWant(set: string): boolean;
  /** Not known yet what they may have of what they want by now: what they send about sets waits for it. */
  isDeciding(): boolean;
  refuses(set: string, id: Uint8Array): boolean;
  send(message: Message): void;
  ask(set: string): void;
}

interface Known {
  readonly name: string;
  /** Undefined until it is at hand. */
  items: ItemSet | undefined;
  /** How many it held when offers were made, and of none no offer goes out; undefined: they are still to be made. */
  offered: number | undefined;
  /** More was new, or asked, than could be kept in mind: it is compared again when there is room. */
  isBehind: boolean;
  /** Something that was listed has been forgotten since. */
  isForgetful: boolean;
  /** What came and waits for the set, or for room. */
  offer: Offer | undefined;
  readonly ranges: { readonly ranges: readonly Range[]; readonly cost: number }[];
}

export interface Sets {
  opened(set: string, items: ItemSet | undefined): void;
  news(set: string, item: Item): void;
  offered(offers: readonly Offer[]): void;
  ranges(set: string, ranges: Uint8Array): void;
  needed(set: string, ids: readonly Uint8Array[]): void;
  /** Wants changed on either side. */
  reconsider(): void;
  /** Goes on with what waited, and makes offers. */
  advance(): void;
  /** Nothing waits. */
  readonly isQuiet: boolean;
}

/** Rows that wait to be sent, by name. */
const MOST_WAITING = 4 * LIMITS.syncItems;
const MOST_WAITING_IN_ALL = 16 * LIMITS.syncItems;
/** Exchanges that overlap, as when a set was offered anew meanwhile. */
const MOST_RANGES = 8;
/** Bytes of messages of ranges that wait, in all sets, and what each range takes beside. */
const MOST_RANGES_COST = 4_194_304;
const RANGE_COST = 128;
const MOST_LISTED = 16 * LIMITS.syncItems;
const OPENING_AT_ONCE = 64;
const MOST_MISSES = 16;
const IDS_AT_ONCE = LIMITS.syncItems / 4;
const OFFER_BYTES = 100;
const OFFERS_AT_ONCE = Math.floor(LIMITS.syncMessageBytes / OFFER_BYTES);

export function createSets(parts: Parts): Sets {
  const { sha256, out } = parts;
  const all = new Map<string, Known>();
  /** Sets with something to do, so that those at rest cost nothing. */
  const due = new Set<Known>();
  /** Without room for what they have to answer. */
  const blocked = new Set<Known>();
  /** Asked for, and to be asked for once there are fewer of these. */
  const opening = new Set<Known>();
  const unopened = new Set<Known>();
  /** What was listed lately, by set and id. */
  const listed = new Map<string, { readonly known: Known; readonly item: Item }>();
  let named = 0;
  let rangesCost = 0;

  const know = (name: string): Known => {
    const known = all.get(name) ?? {
      ...{ name, items: undefined, offered: undefined, isBehind: false, isForgetful: false },
      ...{ offer: undefined, ranges: [] },
    };
    all.set(name, known);
    return known;
  };
  /** One that the other side speaks of: it can name as many as it likes. */
  const knowNamed = (name: string): Known => {
    if (!all.has(name) && ++named > LIMITS.syncSets) refuse('set', `expected at most ${LIMITS.syncSets}`);
    return know(name);
  };
  const wake = (known: Known): void => {
    if (known.items !== undefined) due.add(known);
    else if (!opening.has(known)) unopened.add(known);
  };
  const askForSome = (): void => {
    for (const known of unopened) {
      if (opening.size >= OPENING_AT_ONCE) return;
      unopened.delete(known);
      opening.add(known);
      parts.ask(known.name);
    }
  };
  const hasRoom = ({ name }: Known, most: number): boolean =>
    !parts.theyWant(name) || (out.waiting(name) <= most && out.waitingInAll <= MOST_WAITING_IN_ALL / 2);
  const offerOf = ({ name, items }: Known): Offer[] => {
    if (items === undefined) return [];
    const span = items.sweep()(END);
    return [{ set: name, count: span.count, fingerprint: fingerprint(sha256, span) }];
  };
  const makeOffers = (): void => {
    const offers: Offer[] = [];
    for (const known of due) {
      if (known.items === undefined || known.offered !== undefined || !parts.theyWant(known.name)) continue;
      known.offered = known.items.size;
      if (known.offered > 0) offers.push(...offerOf(known));
    }
    for (let at = 0; at < offers.length; at += OFFERS_AT_ONCE) {
      parts.send({ type: 'offers', offers: offers.slice(at, at + OFFERS_AT_ONCE) });
    }
  };
  const begin = ({ name }: Known, items: ItemSet): void =>
    parts.send({ type: 'ranges', set: name, ranges: beginReconciliation(items, sha256) });
  /** Begins where they differ, unless the other side will. */
  const compare = (known: Known, offer: Offer, items: ItemSet): void => {
    const [own] = offerOf(known);
    if (own !== undefined && toHex(own.fingerprint) === toHex(offer.fingerprint)) return;
    const otherBegins = !parts.isDialer && parts.theyWant(known.name) && (known.offered ?? 0) > 0;
    if (!otherBegins) begin(known, items);
  };
  const answer = (known: Known, ranges: readonly Range[], items: ItemSet): void => {
    const { reply, have, need: lacked, listed: told } = answerRanges(items, ranges, sha256);
    if (parts.theyWant(known.name)) out.rows(known.name, have);
    const need = parts.iWant(known.name) ? lacked.filter((id) => !parts.refuses(known.name, id)) : [];
    for (let at = 0; at < need.length; at += IDS_AT_ONCE) {
      parts.send({ type: 'need', set: known.name, ids: need.slice(at, at + IDS_AT_ONCE) });
    }
    for (const item of told) note(known, item);
    if (reply !== undefined) parts.send({ type: 'ranges', set: known.name, ranges: reply });
  };
  const note = (known: Known, item: Item): void => {
    const name = placeOf(known.name, item.id);
    listed.delete(name);
    listed.set(name, { known, item });
    if (listed.size <= MOST_LISTED) return;
    const [oldest, { known: forgetful }] = [...listed.entries().take(1)][0] as [string, { known: Known }];
    listed.delete(oldest);
    forgetful.isForgetful = true;
  };
  const fallBehind = (known: Known): void => {
    known.isBehind = true;
    wake(known);
  };
  const proceed = (known: Known): void => {
    const { items, offer, ranges } = known;
    if (items === undefined) return;
    known.offer = undefined;
    if (offer !== undefined) compare(known, offer, items);
    while (ranges.length > 0 && hasRoom(known, LIMITS.syncItems)) {
      const { ranges: first, cost } = ranges.shift() as Known['ranges'][0];
      rangesCost -= cost;
      answer(known, first, items);
    }
    // An offer would not do: the other side may leave it to this one to begin.
    if (!known.isBehind || ranges.length > 0 || !hasRoom(known, 0)) return;
    known.isBehind = false;
    if (parts.theyWant(known.name) || parts.iWant(known.name)) begin(known, items);
  };
  const isBlocked = ({ ranges, isBehind }: Known): boolean => ranges.length > 0 || isBehind;
  /** In turn, and only until some are found to be without room still: there may be many. */
  const tryBlocked = (): void => {
    let misses = 0;
    for (const known of blocked) {
      if (misses === MOST_MISSES) return;
      blocked.delete(known);
      proceed(known);
      if (known.items === undefined || !isBlocked(known)) continue;
      blocked.add(known);
      misses++;
    }
  };

  return {
    opened(set, items) {
      const known = know(set);
      opening.delete(known);
      unopened.delete(known);
      known.items = items;
      known.offered = undefined;
      due.add(known);
      if (items !== undefined) return;
      known.offer = undefined;
      known.isBehind = false;
      for (const { cost } of known.ranges.splice(0)) rangesCost -= cost;
    },
    news(set, item) {
      if (!parts.theyWant(set)) return;
      const known = know(set);
      // It may be the first of a set that was not here before.
      if (known.items === undefined) wake(known);
      const isFull = out.waiting(set) >= MOST_WAITING || out.waitingInAll >= MOST_WAITING_IN_ALL;
      if (isFull) fallBehind(known);
      else out.rows(set, [item]);
    },
    offered(offers) {
      for (const offer of offers) {
        if (!parts.iWant(offer.set)) continue;
        const known = knowNamed(offer.set);
        known.offer = offer;
        wake(known);
      }
    },
    ranges(set, message) {
      if (!parts.iWant(set) && !parts.theyWant(set)) return;
      const known = knowNamed(set);
      const ranges = decodeRanges(message);
      const cost = message.length + RANGE_COST * ranges.length;
      if (known.ranges.length >= MOST_RANGES || rangesCost + cost > MOST_RANGES_COST) return fallBehind(known);
      known.ranges.push({ ranges, cost });
      rangesCost += cost;
      wake(known);
    },
    needed(set, ids) {
      const known = all.get(set);
      if (known === undefined) return;
      if (parts.isDeciding()) return fallBehind(known);
      if (!parts.theyWant(set)) return;
      const items = ids.flatMap((id) => listed.get(placeOf(set, id))?.item ?? []);
      if (out.waiting(set) > MOST_WAITING || out.waitingInAll > MOST_WAITING_IN_ALL) return fallBehind(known);
      out.rows(set, items);
      if (items.length === ids.length || !known.isForgetful) return;
      known.isForgetful = false;
      fallBehind(known);
    },
    reconsider() {
      for (const known of all.values()) if (known.items !== undefined) due.add(known);
    },
    advance() {
      if (parts.isDeciding()) return askForSome();
      tryBlocked();
      for (const known of due) proceed(known);
      makeOffers();
      for (const known of due) if (known.items !== undefined && isBlocked(known)) blocked.add(known);
      due.clear();
      askForSome();
    },
    get isQuiet() {
      return due.size + blocked.size + opening.size + unopened.size === 0;
    },
  };
}

const placeOf = (set: string, id: Uint8Array): string => `${set}/${toHex(id)}`;

function refuse(field: string, detail: string): never {
  throw new DecodeError(field, `Cannot go on with session: ${field}: ${detail}`);
}
