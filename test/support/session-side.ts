/**
 * One side of a session (src/core/sync/session) with a store in memory: rows are texts that begin with their time, logs
 * are lines. What it sends stands in `sent` until somebody carries it over. `isSlow` keeps what it is to read and to put
 * away until `work()`.
 */
import { fromUtf8, toHex, utf8 } from '../../src/core/bytes.ts';
import type { Item } from '../../src/core/sync/item.ts';
import { ItemSet } from '../../src/core/sync/item-set.ts';
import type { Action, Supplied, Supply, Take } from '../../src/core/sync/session/actions.ts';
import type { Row } from '../../src/core/sync/session/messages.ts';
import { Session, type SessionOptions } from '../../src/core/sync/session/session.ts';
import { NOTHING_WANTED, type Wants } from '../../src/core/sync/session/wants.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';

export const WINDOW = 65_536;
const ROWS_AT_ONCE = 20;
const ENTRIES_AT_ONCE = 3;

export const rowOf = (time: number, text: string): Row => ({
  ...{ received: time, expires: 0 },
  bytes: utf8(`${time} ${text}`),
});

export class Side {
  readonly session: Session;
  readonly rows = new Map<string, Map<string, Row>>();
  readonly logs = new Map<string, string[]>();
  readonly blobs = new Map<string, Uint8Array>();
  readonly sent: Uint8Array[] = [];
  readonly blobPieces: Extract<Take, { kind: 'blob' }>[] = [];
  readonly opened: string[] = [];
  readonly wanted: Wants[] = [];
  readonly #sets = new Map<string, ItemSet>();
  readonly #work: (() => void)[] = [];
  allow = (wants: Wants): Wants => wants;
  isSlow = false;
  settledTimes = 0;
  /** Rows that came, again or not. */
  came = 0;
  ended: string | undefined;

  constructor(options: Partial<SessionOptions> = {}) {
    this.session = new Session({
      ...{ sha256, isDialer: false, wants: NOTHING_WANTED, theirs: NOTHING_WANTED, credit: WINDOW, granted: WINDOW },
      ...options,
    });
  }

  set(name: string): ItemSet {
    const set = this.#sets.get(name) ?? new ItemSet();
    this.#sets.set(name, set);
    return set;
  }

  /** The ids of what it holds, in order. */
  holds(set: string): string[] {
    return [...(this.rows.get(set)?.keys() ?? [])].sort();
  }

  write(set: string, row: Row): void {
    if (this.#insert(set, row) !== undefined) this.session.news(set, itemOf(row));
  }

  #insert(set: string, row: Row): Item | undefined {
    const item = itemOf(row);
    const rows = this.rows.get(set) ?? new Map<string, Row>();
    this.rows.set(set, rows);
    if (rows.has(toHex(item.id))) return undefined;
    rows.set(toHex(item.id), row);
    this.set(set).add(item);
    return item;
  }

  /** Hears a message, and does what is then to be done. Throws what the session throws. */
  hear(message: Uint8Array): void {
    this.session.receive(message);
    this.act();
  }

  act(): void {
    for (let actions = this.session.actions(); actions.length > 0; actions = this.session.actions()) {
      for (const action of actions) this.#do(action);
    }
  }

  /** What a slow one has put off. */
  work(most = Number.POSITIVE_INFINITY): void {
    for (const run of this.#work.splice(0, most)) run();
    this.act();
  }

  /** One thing of what it has put off, of whatever age. */
  workOnAny(lot: number): void {
    if (this.isBusy) this.#work.splice(lot % this.#work.length, 1)[0]?.();
    this.act();
  }

  get isSettled(): boolean {
    return this.session.isSettled;
  }

  get isBusy(): boolean {
    return this.#work.length > 0;
  }

  #do(action: Action): void {
    if (action.do === 'send') this.sent.push(action.message);
    else if (action.do === 'settled') this.settledTimes++;
    else if (action.do === 'end') this.ended = action.reason;
    else if (this.isSlow) this.#work.push(() => this.#answer(action));
    else this.#answer(action);
  }

  #answer(action: Extract<Action, { do: 'open' | 'supply' | 'take' | 'wants' }>): void {
    if (action.do === 'open') this.#open(action.set);
    else if (action.do === 'wants') this.#allow(action.wants);
    else if (action.do === 'supply') this.session.supplied(action.job, this.#supply(action.supply));
    else {
      this.#take(action.take);
      this.session.taken(action.cost);
    }
  }

  #open(set: string): void {
    this.opened.push(set);
    this.session.opened(set, this.set(set));
  }

  #allow(wants: Wants): void {
    this.wanted.push(wants);
    for (const name of this.rows.keys()) this.#open(name);
    this.session.allow(this.allow(wants));
  }

  #supply(supply: Supply): Supplied {
    if (supply.kind === 'rows') {
      const rows = supply.items
        .slice(0, ROWS_AT_ONCE)
        .flatMap(({ id }) => this.rows.get(supply.set)?.get(toHex(id)) ?? []);
      return { kind: 'rows', rows, used: Math.min(ROWS_AT_ONCE, supply.items.length) };
    }
    if (supply.kind === 'blob') {
      const bytes = this.blobs.get(toHex(supply.hash));
      const piece = bytes?.slice(supply.at, supply.at + supply.most) ?? new Uint8Array();
      return { kind: 'blob', total: bytes !== undefined && supply.at < bytes.length ? bytes.length : 0, bytes: piece };
    }
    const log = this.logs.get(toHex(supply.author)) ?? [];
    const end = supply.from + ENTRIES_AT_ONCE;
    return {
      ...{ kind: 'entries', text: utf8(log.slice(supply.from, end).join('\n')) },
      next: end < log.length ? end : undefined,
    };
  }

  #take(take: Take): void {
    if (take.kind === 'blob') this.blobPieces.push(take);
    else if (take.kind === 'entries') this.#takeEntries(toHex(take.author), take.from, fromUtf8(take.text) ?? '');
    else
      for (const row of take.rows) {
        this.came++;
        const item = this.#insert(take.set, row);
        this.session.has(take.set, item?.id ?? itemOf(row).id);
      }
  }

  #takeEntries(author: string, from: number, text: string): void {
    const log = this.logs.get(author) ?? [];
    this.logs.set(author, log);
    if (from === log.length) log.push(...text.split('\n'));
  }
}

export function itemOf({ bytes }: Row): Item {
  const time = Number.parseInt(fromUtf8(bytes) ?? '', 10);
  return { time: Number.isSafeInteger(time) && time >= 0 ? time : 0, id: sha256(bytes) };
}

/** Carries messages over until nobody has anything to say; `heard` sees each on its way. */
export function talk(a: Side, b: Side, heard: (message: Uint8Array, to: Side) => void = () => {}): void {
  for (let rounds = 0; a.sent.length + b.sent.length > 0 || a.isBusy || b.isBusy; rounds++) {
    if (rounds > 10_000) throw new Error('it does not end');
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const message of from.sent.splice(0)) {
        heard(message, to);
        to.hear(message);
      }
      to.work();
    }
  }
}

/** Two that want the same, in a conversation that has not begun: `talk` lets them. */
export function pair(wants: Wants, [a, b]: readonly [Partial<SessionOptions>, Partial<SessionOptions>] = [{}, {}]) {
  const sides = [new Side({ isDialer: true, ...a }), new Side(b)] as const;
  return {
    sides,
    begin(): void {
      for (const side of sides) {
        side.session.want(wants);
        side.act();
      }
    },
  };
}
