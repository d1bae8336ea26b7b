/**
 * The sets that two peers hold in common (spec/09-sync.md#sets): offers, their reconciliation, and what is new since. A
 * message of ranges waits while so much of its set is on the way that more would only pile up.
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
  refuses(set: string, id: Uint8Array): boolean;
  send(message: Message): void;
  ask(set: string): void;
}

interface Known {
  readonly name: string;
  /** Undefined until it is at hand. */
  items: ItemSet | undefined;
  isAsked: boolean;
  isOffered: boolean;
  /** More was new than could be kept in mind: it is offered again when there is room. */
  isBehind: boolean;
  /** What came and waits for the set, or for room. */
  offer: Offer | undefined;
  readonly ranges: (readonly Range[])[];
  /** What was listed lately, by id. */
  readonly listed: Map<string, Item>;
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

const MOST_WAITING = 4 * LIMITS.syncItems;
/** Exchanges that overlap, as when a set was offered anew meanwhile. */
const MOST_RANGES = 8;
const MOST_LISTED = 2 * LIMITS.syncItems;
const OFFER_BYTES = 100;
const OFFERS_AT_ONCE = Math.floor(LIMITS.syncMessageBytes / OFFER_BYTES);

export function createSets(parts: Parts): Sets {
  const { sha256, out } = parts;
  const all = new Map<string, Known>();
  /** Sets with something to do, so that those at rest cost nothing. */
  const due = new Set<Known>();

  const know = (name: string): Known => {
    const known = all.get(name) ?? {
      ...{ name, items: undefined, isAsked: false, isOffered: false, isBehind: false },
      ...{ offer: undefined, ranges: [], listed: new Map() },
    };
    if (!all.has(name) && all.size >= LIMITS.syncSets) refuse('set', `expected at most ${LIMITS.syncSets}`);
    all.set(name, known);
    return known;
  };
  const open = (known: Known): void => {
    if (known.items !== undefined || known.isAsked) return;
    known.isAsked = true;
    parts.ask(known.name);
  };
  const offerOf = ({ name, items }: Known): Offer[] => {
    if (items === undefined) return [];
    const span = items.sweep()(END);
    return [{ set: name, count: span.count, fingerprint: fingerprint(sha256, span) }];
  };
  const makeOffers = (): void => {
    const offers: Offer[] = [];
    for (const known of [...due]) {
      const mayOffer = known.items !== undefined && !known.isOffered && parts.theyWant(known.name);
      if (mayOffer) known.isOffered = true;
      if (mayOffer && (known.items?.size ?? 0) > 0) offers.push(...offerOf(known));
    }
    for (let at = 0; at < offers.length; at += OFFERS_AT_ONCE) {
      parts.send({ type: 'offers', offers: offers.slice(at, at + OFFERS_AT_ONCE) });
    }
  };
  /** Begins where they differ, unless the other side will. */
  const compare = (known: Known, offer: Offer, items: ItemSet): void => {
    const [own] = offerOf(known);
    if (own !== undefined && toHex(own.fingerprint) === toHex(offer.fingerprint)) return;
    const otherBegins = !parts.isDialer && parts.theyWant(known.name) && known.isOffered && items.size > 0;
    if (!otherBegins) parts.send({ type: 'ranges', set: known.name, ranges: beginReconciliation(items, sha256) });
  };
  const answer = (known: Known, ranges: readonly Range[], items: ItemSet): void => {
    const { reply, have, need: lacked, listed } = answerRanges(items, ranges, sha256);
    const need = lacked.filter((id) => !parts.refuses(known.name, id));
    if (parts.theyWant(known.name)) out.rows(known.name, have);
    if (need.length > 0 && parts.iWant(known.name)) {
      for (let at = 0; at < need.length; at += LIMITS.syncItems / 2) {
        parts.send({ type: 'need', set: known.name, ids: need.slice(at, at + LIMITS.syncItems / 2) });
      }
    }
    note(known.listed, listed);
    if (reply !== undefined) parts.send({ type: 'ranges', set: known.name, ranges: reply });
  };
  const proceed = (known: Known): void => {
    const { items, offer, ranges } = known;
    if (items === undefined) return;
    if (known.isBehind && out.waiting(known.name) === 0) {
      known.isBehind = false;
      known.isOffered = false;
    }
    known.offer = undefined;
    if (offer !== undefined) compare(known, offer, items);
    while (ranges.length > 0 && out.waiting(known.name) <= LIMITS.syncItems) {
      answer(known, ranges.shift() as readonly Range[], items);
    }
  };
  const isDone = (known: Known): boolean =>
    known.offer === undefined && known.ranges.length === 0 && !known.isBehind && !known.isAsked;

  return {
    opened(set, items) {
      const known = know(set);
      known.isAsked = false;
      known.items = items;
      known.isOffered = false;
      if (items === undefined) {
        known.offer = undefined;
        known.ranges.length = 0;
      }
      due.add(known);
    },
    news(set, item) {
      if (!parts.theyWant(set)) return;
      const known = know(set);
      // It may be the first of a set that was not here before.
      open(known);
      if (out.waiting(set) < MOST_WAITING) return out.rows(set, [item]);
      known.isBehind = true;
      due.add(known);
    },
    offered(offers) {
      for (const offer of offers) {
        if (!parts.iWant(offer.set)) continue;
        const known = know(offer.set);
        known.offer = offer;
        due.add(known);
        open(known);
      }
    },
    ranges(set, ranges) {
      if (!parts.iWant(set) && !parts.theyWant(set)) return;
      const known = know(set);
      if (known.ranges.length === MOST_RANGES) refuse('ranges', 'many were sent before the first was answered');
      known.ranges.push(decodeRanges(ranges));
      due.add(known);
      open(known);
    },
    needed(set, ids) {
      const known = all.get(set);
      if (known === undefined || !parts.theyWant(set)) return;
      const items = ids.flatMap((id) => known.listed.get(toHex(id)) ?? []);
      if (out.waiting(set) > MOST_WAITING) refuse('need', 'too much at once');
      out.rows(set, items);
    },
    reconsider() {
      for (const known of all.values()) due.add(known);
    },
    advance() {
      for (const known of [...due]) proceed(known);
      makeOffers();
      for (const known of [...due]) if (isDone(known)) due.delete(known);
    },
    get isQuiet() {
      return due.size === 0;
    },
  };
}

function note(listed: Map<string, Item>, items: readonly Item[]): void {
  for (const item of items) listed.set(toHex(item.id), item);
  for (const id of listed.keys()) {
    if (listed.size <= MOST_LISTED) return;
    listed.delete(id);
  }
}

function refuse(field: string, detail: string): never {
  throw new DecodeError(field, `Cannot go on with session: ${field}: ${detail}`);
}
