/**
 * What one side has to send in bulk: rows first, then entries, then blobs, each kind in turn, never more than the
 * receiver has given credit for (spec/09-sync.md#credit). What waits is names of things, not the things, and bounded.
 */
import { equal, toHex } from '../../bytes.ts';
import { LIMITS } from '../../registry.ts';
import type { Item } from '../item.ts';
import type { Supplied, Supply } from './actions.ts';
import { costOf, encodeMessage, type Message } from './messages.ts';

/** So many are read from the store at once. */
const AT_ONCE = 4;
/** About so many bytes in each message; one envelope may be longer. */
const PIECE = 65_536;
/** A blob of a log goes in one message. */
const BLOB_PIECE = 393_216;
const ROWS_AT_ONCE = 256;

interface Queue {
  readonly items: Map<string, Item>;
}

export class Outgoing {
  readonly #queues = new Map<string, Queue>();
  readonly #entries = new Map<string, { author: Uint8Array; from: number }>();
  readonly #blobs = new Map<string, { hash: Uint8Array; at: number }>();
  readonly #jobs = new Map<number, Supply>();
  #ready: Message[] = [];
  #credit: number;
  #rows = 0;
  #turn = 0;
  #nextJob = 1;

  constructor(credit: number) {
    this.#credit = credit;
  }

  /** Nothing waits, is being read, or could not be sent yet. */
  get isEmpty(): boolean {
    const waiting = this.#queues.size + this.#entries.size + this.#blobs.size;
    return waiting + this.#jobs.size + this.#ready.length === 0;
  }

  /** How many rows of the set wait. */
  waiting(set: string): number {
    return this.#queues.get(set)?.items.size ?? 0;
  }

  /** How many rows of all sets wait. */
  get waitingInAll(): number {
    return this.#rows;
  }

  rows(set: string, items: Iterable<Item>): void {
    const queue = this.#queues.get(set) ?? { items: new Map() };
    const before = queue.items.size;
    for (const item of items) queue.items.set(toHex(item.id), item);
    this.#rows += queue.items.size - before;
    if (queue.items.size > 0) this.#queues.set(set, queue);
  }

  /** The other side has it by now. */
  drop(set: string, id: Uint8Array): void {
    const queue = this.#queues.get(set);
    if (!queue?.items.delete(toHex(id))) return;
    this.#rows--;
    if (queue.items.size === 0) this.#queues.delete(set);
  }

  /** False where too much is asked for at once. */
  entries(author: Uint8Array, from: number): boolean {
    this.#entries.set(toHex(author), { author, from });
    return this.#entries.size <= LIMITS.syncSets;
  }

  /** Takes the place of what was asked of that blob before. */
  blob(hash: Uint8Array, at: number): boolean {
    this.stop(hash);
    this.#blobs.set(toHex(hash), { hash, at });
    return this.#blobs.size <= LIMITS.syncBlobs;
  }

  /** What has been read of it already does not go either. */
  stop(hash: Uint8Array): void {
    this.#blobs.delete(toHex(hash));
    for (const [job, supply] of this.#jobs) if (isOfBlob(supply, hash)) this.#jobs.delete(job);
    this.#ready = this.#ready.filter((message) => message.type !== 'blob' || !equal(message.hash, hash));
  }

  grant(bytes: number): boolean {
    this.#credit += bytes;
    return this.#credit <= LIMITS.syncWindowBytes;
  }

  /** Messages that may go now. */
  *sendable(): Generator<{ message: Uint8Array<ArrayBuffer>; urgent: boolean }> {
    while (this.#credit > 0) {
      const next = this.#ready.shift();
      if (next === undefined) return;
      const message = encodeMessage(next);
      this.#credit -= costOf(next, message.length);
      yield { message, urgent: next.type === 'rows' && message.length <= PIECE };
    }
  }

  /** What to read from the store now. */
  *supplies(): Generator<{ job: number; supply: Supply }> {
    while (this.#credit > 0 && this.#jobs.size + this.#ready.length < AT_ONCE) {
      const supply = this.#next();
      if (supply === undefined) return;
      const job = this.#nextJob++;
      this.#jobs.set(job, supply);
      yield { job, supply };
    }
  }

  supplied(job: number, supplied: Supplied): void {
    const supply = this.#jobs.get(job);
    if (supply === undefined || supply.kind !== supplied.kind) return;
    this.#jobs.delete(job);
    if (supply.kind === 'rows' && supplied.kind === 'rows') this.#suppliedRows(supply, supplied);
    if (supply.kind === 'entries' && supplied.kind === 'entries') this.#suppliedEntries(supply, supplied);
    if (supply.kind === 'blob' && supplied.kind === 'blob') this.#suppliedBlob(supply, supplied);
  }

  #suppliedRows(
    { set, items }: Extract<Supply, { kind: 'rows' }>,
    { rows, used }: Extract<Supplied, { kind: 'rows' }>,
  ): void {
    if (rows.length > 0) this.#ready.push({ type: 'rows', set, rows });
    this.rows(set, items.slice(Math.max(used, 1)));
  }

  #suppliedEntries(
    { author, from }: Extract<Supply, { kind: 'entries' }>,
    { text, next }: Extract<Supplied, { kind: 'entries' }>,
  ): void {
    if (text.length > 0) this.#ready.push({ type: 'entries', author, from, text });
    if (next !== undefined && next > from && !this.#entries.has(toHex(author))) this.entries(author, next);
  }

  #suppliedBlob(
    { hash, at }: Extract<Supply, { kind: 'blob' }>,
    { total, bytes }: Extract<Supplied, { kind: 'blob' }>,
  ): void {
    this.#ready.push({ type: 'blob', hash, total, at: total === 0 ? 0 : at, bytes });
    if (bytes.length > 0 && at + bytes.length < total) this.#blobs.set(toHex(hash), { hash, at: at + bytes.length });
  }

  /** Kinds take turns, and so do sets, authors and blobs. */
  #next(): Supply | undefined {
    for (let i = 0; i < 3; i++) {
      const kind = this.#turn++ % 3;
      const supply = kind === 0 ? this.#nextRows() : kind === 1 ? this.#nextEntries() : this.#nextBlob();
      if (supply !== undefined) return supply;
    }
    return undefined;
  }

  #nextRows(): Supply | undefined {
    const first = shift(this.#queues);
    if (first === undefined) return undefined;
    const [set, queue] = first;
    const items: Item[] = [];
    for (const [id, item] of queue.items) {
      if (items.length === ROWS_AT_ONCE) break;
      items.push(item);
      queue.items.delete(id);
    }
    this.#rows -= items.length;
    if (queue.items.size > 0) this.#queues.set(set, queue);
    return { kind: 'rows', set, items, most: PIECE };
  }

  #nextEntries(): Supply | undefined {
    const first = shift(this.#entries);
    return first && { kind: 'entries', ...first[1], most: PIECE };
  }

  #nextBlob(): Supply | undefined {
    const first = shift(this.#blobs);
    return first && { kind: 'blob', ...first[1], most: BLOB_PIECE };
  }
}

const isOfBlob = (supply: Supply, hash: Uint8Array): boolean => supply.kind === 'blob' && equal(supply.hash, hash);

function shift<K, V>(map: Map<K, V>): [K, V] | undefined {
  for (const entry of map) {
    map.delete(entry[0]);
    return entry;
  }
  return undefined;
}
