/**
 * A peer of the simulation: a disk that survives, sessions that do not, and the real session code (src/core/sync). Its
 * envelopes are texts, and authentic where they stand in the world's register: a liar cannot write into that.
 */
import { compare, concat, fromUtf8, toHex, utf8 } from '../../src/core/bytes.ts';
import { DecodeError } from '../../src/core/errors.ts';
import {
  decodeHead,
  type Extent,
  encodeHead,
  headItem,
  lacksFrom,
  readFurtherBack,
} from '../../src/core/sync/heads.ts';
import type { Item } from '../../src/core/sync/item.ts';
import { ItemSet } from '../../src/core/sync/item-set.ts';
import type { Action, Supplied, Supply, Take } from '../../src/core/sync/session/actions.ts';
import type { Row } from '../../src/core/sync/session/messages.ts';
import { Session } from '../../src/core/sync/session/session.ts';
import { FORKS, LOGS, type Wants } from '../../src/core/sync/session/wants.ts';
import { sha256, type World } from './world.ts';

/** What exists by right: ids of envelopes, and of entries, that their authors signed. */
export type Register = Set<string>;

export interface Entry {
  readonly author: string;
  readonly depth: number;
  readonly prev: string;
  readonly text: string;
}

export const entryIdOf = (entry: Entry): Uint8Array => sha256(utf8(JSON.stringify(entry)));
const authorBytes = (author: string): Uint8Array => sha256(utf8(author));

interface Disk {
  readonly rows: Map<string, Map<string, { item: Item; row: Row }>>;
  readonly logs: Map<string, Entry[]>;
  readonly forks: Map<string, readonly [Entry, Entry]>;
  readonly blobs: Map<string, Uint8Array>;
}

interface Line {
  readonly session: Session;
  readonly send: (bytes: Uint8Array) => void;
  readonly drop: () => void;
  /** By author, how far back it reads to find where two branches part. */
  readonly back: Map<string, number>;
}

export const CREDIT = 65_536;
export const WANTS: Wants = { sets: ['channel:*', LOGS, FORKS], authors: [] };

export class SimPeer {
  readonly name: string;
  readonly #world: World;
  readonly #register: Register;
  #disk: Disk = { rows: new Map(), logs: new Map(), forks: new Map(), blobs: new Map() };
  #sets = new Map<string, ItemSet>();
  readonly lines = new Map<string, Line>();
  isDiskFull = false;
  /** Envelopes that were inserted, each must come once. */
  inserted = 0;
  refused = 0;

  constructor(name: string, world: World, register: Register) {
    this.name = name;
    this.#world = world;
    this.#register = register;
  }

  /** What a disk holds that is copied, for a backup that comes back later. */
  backup(): Disk {
    return structuredClone(this.#disk);
  }

  /** The process dies; the disk stays, or is an older one. */
  restart(disk: Disk = this.#disk): void {
    for (const line of [...this.lines.values()]) line.drop();
    this.lines.clear();
    this.#disk = structuredClone(disk);
    this.#sets = new Map();
    for (const name of [...this.#disk.rows.keys(), LOGS, FORKS]) this.#set(name);
  }

  connect(to: string, isDialer: boolean, send: (bytes: Uint8Array) => void, drop: () => void): void {
    const session = new Session({ sha256, isDialer, wants: WANTS, theirs: WANTS, credit: CREDIT, granted: CREDIT });
    this.lines.set(to, { session, send, drop, back: new Map() });
    for (const name of [...this.#disk.rows.keys(), LOGS, FORKS]) session.opened(name, this.#set(name));
    this.#go(to);
  }

  disconnect(from: string): void {
    this.lines.delete(from);
  }

  hear(from: string, bytes: Uint8Array): void {
    const line = this.lines.get(from);
    if (line === undefined) return;
    try {
      line.session.receive(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      line.session.end(error.message);
    }
    this.#go(from);
  }

  write(channel: string, text: string, time: number): void {
    const row = { received: time, expires: 0, bytes: utf8(`${time} ${text}`) };
    this.#register.add(toHex(sha256(row.bytes)));
    this.#insert(`channel:${channel}`, row, undefined);
  }

  append(author: string, text: string): void {
    const log = this.#disk.logs.get(author) ?? [];
    const last = log.at(-1);
    const entry = { author, depth: log.length, prev: last === undefined ? '' : toHex(entryIdOf(last)), text };
    this.#register.add(toHex(entryIdOf(entry)));
    this.#link(entry, undefined);
  }

  state(): { envelopes: string[]; heads: string[]; forks: string[] } {
    const envelopes = [...this.#disk.rows].flatMap(([set, rows]) => [...rows.keys()].map((id) => `${set}/${id}`));
    const forked = new Set(this.#disk.forks.keys());
    const heads = [...this.#disk.logs].flatMap(([author, log]) =>
      forked.has(author) ? [] : [`${author} ${log.length} ${toHex(entryIdOf(log.at(-1) as Entry))}`],
    );
    return { envelopes: envelopes.sort(), heads: heads.sort(), forks: [...forked].sort() };
  }

  #set(name: string): ItemSet {
    const present = this.#sets.get(name);
    if (present !== undefined) return present;
    const set = new ItemSet();
    for (const item of this.#items(name)) set.add(item);
    this.#sets.set(name, set);
    return set;
  }

  *#items(name: string): Generator<Item> {
    if (name === LOGS) for (const author of this.#disk.logs.keys()) yield* this.#headItems(author);
    else if (name === FORKS) for (const pair of this.#disk.forks.values()) yield forkItem(pair);
    else for (const { item } of this.#disk.rows.get(name)?.values() ?? []) yield item;
  }

  /** A forked log is not compared any more: the evidence is. */
  #headItems(author: string): Item[] {
    const log = this.#disk.logs.get(author);
    const last = log?.at(-1);
    if (log === undefined || last === undefined || this.#disk.forks.has(author)) return [];
    return [headItem({ author: authorBytes(author), next: log.length, id: entryIdOf(last) })];
  }

  #go(to: string): void {
    const line = this.lines.get(to);
    if (line === undefined) return;
    for (let actions = line.session.actions(); actions.length > 0; actions = line.session.actions()) {
      for (const action of actions) this.#do(to, line, action);
      if (this.lines.get(to) !== line) return;
    }
  }

  #do(to: string, line: Line, action: Action): void {
    if (action.do === 'send') line.send(action.message);
    else if (action.do === 'open') line.session.opened(action.set, this.#set(action.set));
    else if (action.do === 'supply') this.#later(to, line, () => this.#supply(line, action.job, action.supply));
    else if (action.do === 'take') this.#later(to, line, () => this.#take(to, line, action.take, action.cost));
    else if (action.do === 'end') {
      this.lines.delete(to);
      line.drop();
    }
  }

  /** The disk takes its time, and a crash may come first. */
  #later(to: string, line: Line, run: () => void): void {
    this.#world.after(1, () => {
      if (this.lines.get(to) !== line) return;
      run();
      this.#go(to);
    });
  }

  #supply(line: Line, job: number, supply: Supply): void {
    line.session.supplied(job, this.#supplied(supply));
  }

  #supplied(supply: Supply): Supplied {
    if (supply.kind === 'rows') {
      const rows = supply.items.slice(0, 20).flatMap((item) => this.#row(supply.set, item) ?? []);
      return { kind: 'rows', rows, used: Math.min(20, supply.items.length) };
    }
    if (supply.kind === 'blob') {
      const bytes = this.#disk.blobs.get(toHex(supply.hash)) ?? new Uint8Array();
      return { kind: 'blob', total: bytes.length, bytes: bytes.slice(supply.at, supply.at + 1000) };
    }
    const author = [...this.#disk.logs.keys()].find((name) => compare(authorBytes(name), supply.author) === 0) ?? '';
    const entries = (this.#disk.logs.get(author) ?? []).slice(supply.from, supply.from + 20);
    const next = entries.length < 20 ? undefined : supply.from + 20;
    return { kind: 'entries', text: utf8(entries.map((entry) => JSON.stringify(entry)).join('\n')), next };
  }

  #row(set: string, item: Item): Row | undefined {
    if (set === FORKS) {
      const pair = [...this.#disk.forks.values()].find((each) => compare(forkItem(each).id, item.id) === 0);
      return pair && { received: 0, expires: 0, bytes: utf8(JSON.stringify(pair)) };
    }
    if (set !== LOGS) return this.#disk.rows.get(set)?.get(toHex(item.id))?.row;
    for (const [author, log] of this.#disk.logs) {
      const id = log[item.time - 1] && entryIdOf(log[item.time - 1] as Entry);
      if (id === undefined || compare(id, item.id) !== 0) continue;
      return { received: 0, expires: 0, bytes: encodeHead({ author: authorBytes(author), next: item.time, id }) };
    }
    return undefined;
  }

  #take(from: string, line: Line, take: Take, cost: number): void {
    try {
      this.#putAway(from, line, take);
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof SyntaxError)) throw error;
      line.session.end(error.message);
    }
    line.session.taken(cost);
  }

  #putAway(from: string, line: Line, take: Take): void {
    if (this.isDiskFull) line.session.end('the disk is full');
    else if (take.kind === 'entries') this.#takeEntries(from, line, take);
    else if (take.kind === 'rows') for (const row of take.rows) this.#takeRow(from, line, take.set, row);
  }

  #takeRow(from: string, line: Line, set: string, row: Row): void {
    if (set === LOGS) this.#takeHead(line, row.bytes);
    else if (set === FORKS) this.#takeFork(row.bytes, from);
    else if (!this.#register.has(toHex(sha256(row.bytes)))) this.refused++;
    else line.session.has(set, this.#insert(set, row, from));
  }

  #takeHead(line: Line, bytes: Uint8Array): void {
    const head = decodeHead(bytes);
    const author = this.#authorOf(head.author);
    if (author !== undefined && this.#disk.forks.has(author)) return;
    const from = lacksFrom(author === undefined ? undefined : this.#extent(author), head);
    if (from !== undefined) line.session.read(head.author, from);
  }

  #extent(author: string): Extent | undefined {
    const log = this.#disk.logs.get(author);
    return log && { next: log.length, id: entryIdOf(log.at(-1) as Entry) };
  }

  #authorOf(key: Uint8Array): string | undefined {
    return [...this.#disk.logs.keys()].find((name) => compare(authorBytes(name), key) === 0);
  }

  #takeEntries(from: string, line: Line, { author, text }: Extract<Take, { kind: 'entries' }>): void {
    for (const row of (fromUtf8(text) ?? '').split('\n')) {
      const entry = JSON.parse(row) as Entry;
      if (!this.#register.has(toHex(entryIdOf(entry)))) {
        this.refused++;
        return;
      }
      if (this.#link(entry, from) !== 'unlinked') continue;
      // Another branch: read further back, twice as far each time.
      const own = this.#disk.logs.get(entry.author)?.length ?? 0;
      const further = readFurtherBack(own, line.back.get(entry.author));
      if (further === undefined) return;
      line.back.set(entry.author, further.step);
      line.session.read(author, further.from);
      return;
    }
  }

  #link(entry: Entry, from: string | undefined): 'fine' | 'unlinked' {
    const log = this.#disk.logs.get(entry.author) ?? [];
    const present = log[entry.depth];
    if (present !== undefined) {
      if (compare(entryIdOf(present), entryIdOf(entry)) !== 0 && present.prev === entry.prev) {
        // Whoever brought the one branch may not know of the other.
        this.#takeFork(utf8(JSON.stringify([present, entry])), undefined);
        return 'fine';
      }
      return compare(entryIdOf(present), entryIdOf(entry)) === 0 ? 'fine' : 'unlinked';
    }
    if (this.#disk.forks.has(entry.author)) return 'fine';
    const last = log.at(-1);
    if (entry.depth !== log.length || entry.prev !== (last === undefined ? '' : toHex(entryIdOf(last))))
      return 'unlinked';
    this.#change(entry.author, () => this.#disk.logs.set(entry.author, [...log, entry]), from);
    return 'fine';
  }

  /** The log's place in the set of logs moves with it. */
  #change(author: string, change: () => void, from: string | undefined): void {
    for (const item of this.#headItems(author)) this.#set(LOGS).delete(item);
    change();
    for (const item of this.#headItems(author)) {
      this.#set(LOGS).add(item);
      this.#tell(LOGS, item, from);
    }
  }

  #takeFork(bytes: Uint8Array, from: string | undefined): void {
    const pair = JSON.parse(fromUtf8(bytes) ?? '') as [Entry, Entry];
    const [a, b] = pair;
    const isProof = a.author === b.author && a.depth === b.depth && compare(entryIdOf(a), entryIdOf(b)) !== 0;
    if (!isProof || !pair.every((entry) => this.#register.has(toHex(entryIdOf(entry))))) return void this.refused++;
    if (this.#disk.forks.has(a.author)) return;
    this.#change(a.author, () => this.#disk.forks.set(a.author, pair), from);
    this.#set(FORKS).add(forkItem(pair));
    this.#tell(FORKS, forkItem(pair), from);
  }

  #insert(set: string, row: Row, from: string | undefined): Uint8Array {
    const id = sha256(row.bytes);
    const rows = this.#disk.rows.get(set) ?? new Map();
    this.#disk.rows.set(set, rows);
    const item = { time: Number((fromUtf8(row.bytes) ?? '').split(' ')[0]), id };
    if (rows.has(toHex(id))) return id;
    const isFirst = rows.size === 0;
    rows.set(toHex(id), { item, row });
    this.inserted++;
    this.#set(set).add(item);
    if (isFirst) for (const line of this.lines.values()) line.session.opened(set, this.#set(set));
    this.#tell(set, item, from);
    return id;
  }

  #tell(set: string, item: Item, from: string | undefined): void {
    for (const [to, line] of this.lines) {
      if (to === from) continue;
      line.session.news(set, item);
      this.#world.after(0, () => this.#go(to));
    }
  }
}

const forkItem = (pair: readonly [Entry, Entry]): Item => ({
  time: pair[0].depth,
  id: sha256(concat(...pair.map(entryIdOf).sort(compare))),
});
