/**
 * One session between two peers that know each other (spec/09-sync.md#session): finds what each lacks of what it wants,
 * hands it over, and goes on with what is new. A pure state machine: messages and answers go in by methods, and
 * `actions()` says what to do next. It keeps no envelope, entry or blob: those stand in the store, read as credit allows.
 */
import { toHex } from '../../bytes.ts';
import { DecodeError } from '../../errors.ts';
import type { Sha256 } from '../../ports.ts';
import { LIMITS } from '../../registry.ts';
import type { Item } from '../item.ts';
import type { ItemSet } from '../item-set.ts';
import type { Action, Supplied, Take } from './actions.ts';
import { costOf, decodeMessage, encodeMessage, type Message } from './messages.ts';
import { Outgoing } from './outgoing.ts';
import { createSets, type Sets } from './sets.ts';
import { isSetName, LOGS, type Wants, wantsAuthor, wantsLogs, wantsSet, withoutOverlap } from './wants.ts';

export interface SessionOptions {
  readonly sha256: Sha256;
  /** Of two sides that both could begin, this one does. */
  readonly isDialer: boolean;
  readonly wants: Wants;
  /** What the other side wants, as far as it may have it. */
  readonly theirs: Wants;
  /** Bytes of bulk that the other side takes before it gives more credit. */
  readonly credit: number;
  /** Bytes of bulk that were granted to the other side. */
  readonly granted: number;
  /** What was refused before and is not asked for again. */
  refuses?(set: string, id: Uint8Array): boolean;
}

/** So often may wants change before the first change has been answered. */
const MOST_DECIDING = 64;

export class Session {
  readonly #options: SessionOptions;
  readonly #out: Outgoing;
  readonly #sets: Sets;
  readonly #actions: Action[] = [];
  readonly #fetching = new Set<string>();
  #theirs: Wants;
  /** What they want by now, while something older is being decided. */
  #nextTheirs: Wants | undefined;
  /** Of logs that they may turn out to have. */
  readonly #reads: { readonly author: Uint8Array; readonly from: number }[] = [];
  #mine: Wants;
  #granted: number;
  #unreported = 0;
  #taking = 0;
  #deciding = 0;
  #sent = 0;
  #received = 0;
  #rested = -1;
  #theyRested = -1;
  #isSettled = false;
  #ended = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#mine = options.wants;
    this.#theirs = options.theirs;
    this.#granted = options.granted;
    this.#out = new Outgoing(options.credit);
    this.#sets = createSets({
      ...{ sha256: options.sha256, isDialer: options.isDialer, out: this.#out },
      iWant: (set) => this.#iWant(set),
      theyWant: (set) => wants(this.#theirs, set),
      isDeciding: () => this.#deciding > 0,
      refuses: (set, id) => options.refuses?.(set, id) === true,
      send: (message) => this.#send(message),
      ask: (set) => void this.#actions.push({ do: 'open', set }),
    });
  }

  get theirs(): Wants {
    return this.#theirs;
  }

  /** Both sides have all that they want of each other, as of the last `actions()`. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** A set is at hand; with undefined, there is none by that name here. Offers it where the other side may want it. */
  opened(set: string, items: ItemSet | undefined): void {
    this.#sets.opened(set, items);
  }

  /** Something was added to a set here, and did not come from the other side. */
  news(set: string, item: Item): void {
    this.#sets.news(set, item);
  }

  /** The other side has shown that it has it. */
  has(set: string, id: Uint8Array): void {
    this.#out.drop(set, id);
  }

  /** Reads a log from a depth on. */
  read(author: Uint8Array, from: number): void {
    this.#send({ type: 'read', author, from });
  }

  /** Fetches a blob from `at` on. False where so many are being fetched that it must wait. */
  fetch(hash: Uint8Array, at: number): boolean {
    if (this.#fetching.size >= LIMITS.syncBlobs) return false;
    this.#fetching.add(toHex(hash));
    this.#send({ type: 'fetch', hash, at });
    return true;
  }

  /** No more of a blob, please. */
  stop(hash: Uint8Array): void {
    if (this.#fetching.delete(toHex(hash))) this.#send({ type: 'stop', hash });
  }

  /** Own wants changed. */
  want(wants: Wants): void {
    this.#mine = wants;
    this.#send({ type: 'wants', wants });
    this.#sets.reconsider();
  }

  /** `theirs` as it may have it: the answer to an action `wants`, once what is here of it is opened. */
  allow(theirs: Wants): void {
    this.#theirs = theirs;
    this.#sets.reconsider();
    const next = this.#nextTheirs;
    this.#nextTheirs = undefined;
    this.#deciding = 0;
    if (next !== undefined) this.#wanted(next);
    for (const { author, from } of this.#reads.splice(0)) this.#read(author, from);
  }

  /** Throws DecodeError for what no honest peer sends; the session is over then. */
  receive(bytes: Uint8Array): void {
    if (this.#ended) return;
    const message = decodeMessage(bytes);
    // Whoever sent what may be skipped has counted it.
    if (message?.type !== 'credit' && message?.type !== 'rest') this.#received++;
    if (message !== undefined) this.#handle(message, bytes.length);
  }

  supplied(job: number, supplied: Supplied): void {
    this.#out.supplied(job, supplied);
  }

  /** What came is put away. */
  taken(cost: number): void {
    this.#taking--;
    this.#unreported += cost;
    if (this.#unreported >= this.#options.granted / 4) this.#report();
  }

  end(reason: string): void {
    if (this.#ended) return;
    this.#send({ type: 'bye', reason });
    this.#stop(reason);
  }

  /** All that is to be done now, in order. Call it after each of the methods above. */
  actions(): Action[] {
    if (!this.#ended) this.#advance();
    return this.#actions.splice(0);
  }

  #advance(): void {
    this.#sets.advance();
    for (const { message, urgent } of this.#out.sendable()) this.#count({ do: 'send', message, urgent });
    for (const supply of this.#out.supplies()) this.#actions.push({ do: 'supply', ...supply });
    const isQuiet = this.#out.isEmpty && this.#taking + this.#deciding === 0 && this.#sets.isQuiet;
    if (isQuiet && this.#rested < this.#received) {
      this.#report();
      this.#rested = this.#received;
      this.#plain({ type: 'rest', messages: this.#received });
    }
    const isSettled = isQuiet && this.#theyRested === this.#sent;
    if (isSettled && !this.#isSettled) this.#actions.push({ do: 'settled' });
    this.#isSettled = isSettled;
  }

  #handle(message: Message, length: number): void {
    if (message.type === 'rows' || message.type === 'entries' || message.type === 'blob') this.#bulk(message, length);
    else if (message.type === 'read' || message.type === 'fetch' || message.type === 'stop') this.#asked(message);
    else if (message.type === 'offers') this.#sets.offered(message.offers);
    else if (message.type === 'ranges') this.#sets.ranges(message.set, message.ranges);
    else if (message.type === 'need') this.#sets.needed(message.set, message.ids);
    else if (message.type === 'wants') this.#wanted(message.wants);
    else if (message.type === 'rest') this.#rest(message.messages);
    else if (message.type === 'bye') this.#stop(message.reason);
    else if (!this.#out.grant(message.bytes)) refuse('credit', `expected at most ${LIMITS.syncWindowBytes} bytes`);
  }

  #asked(message: Extract<Message, { type: 'read' | 'fetch' | 'stop' }>): void {
    if (message.type === 'stop') this.#out.stop(message.hash);
    else if (message.type === 'fetch') {
      if (!this.#out.blob(message.hash, message.at)) refuse('fetch', 'too many blobs at once');
    } else this.#read(message.author, message.from);
  }

  #read(author: Uint8Array, from: number): void {
    if (wantsAuthor(this.#theirs, author)) {
      if (!this.#out.entries(author, from)) refuse('read', 'too many logs at once');
    } else if (this.#deciding > 0) {
      if (this.#reads.push({ author, from }) > LIMITS.syncSets) refuse('read', 'too many logs at once');
    }
  }

  #rest(messages: number): void {
    if (messages > this.#sent || messages < this.#theyRested) refuse('rest', `expected no ${messages} messages`);
    this.#theyRested = messages;
  }

  /** One at a time: of those that come meanwhile the last one counts. */
  #wanted(wants: Wants): void {
    if (++this.#deciding > MOST_DECIDING) refuse('wants', 'they change without end');
    if (this.#deciding > 1) this.#nextTheirs = wants;
    else this.#actions.push({ do: 'wants', wants: withoutOverlap(wants) });
  }

  /** What is not wanted any more, or was on its way when it was stopped, is let go. */
  #bulk(message: Extract<Message, { type: 'rows' | 'entries' | 'blob' }>, length: number): void {
    const cost = costOf(message, length);
    if (message.type === 'blob') this.#blob(message, cost);
    else if (message.type === 'entries') {
      const isWanted = wantsAuthor(this.#mine, message.author);
      this.#take(isWanted ? { ...message, kind: 'entries' } : undefined, cost);
    } else this.#take(this.#iWant(message.set) ? { ...message, kind: 'rows' } : undefined, cost);
  }

  #blob(message: Extract<Message, { type: 'blob' }>, cost: number): void {
    const hash = toHex(message.hash);
    const isLast = message.at + message.bytes.length >= message.total;
    const isWanted = this.#fetching.has(hash);
    if (isLast || message.bytes.length === 0) this.#fetching.delete(hash);
    this.#take(isWanted ? { ...message, kind: 'blob' } : undefined, cost);
  }

  #take(take: Take | undefined, cost: number): void {
    // One message may exceed what is left: while there is credit for a byte, it may begin.
    if (this.#granted <= 0) refuse('credit', 'more was sent than was granted');
    this.#granted -= cost;
    this.#taking++;
    if (take === undefined) this.taken(cost);
    else this.#actions.push({ do: 'take', take, cost });
  }

  #iWant(set: string): boolean {
    return wants(this.#mine, set);
  }

  #report(): void {
    if (this.#unreported === 0) return;
    this.#granted += this.#unreported;
    this.#plain({ type: 'credit', bytes: this.#unreported });
    this.#unreported = 0;
  }

  #send(message: Message): void {
    this.#count({ do: 'send', message: encodeMessage(message), urgent: true });
  }

  #count(action: Extract<Action, { do: 'send' }>): void {
    this.#sent++;
    this.#actions.push(action);
  }

  /** Not counted: it is about the messages that are. */
  #plain(message: Message): void {
    this.#actions.push({ do: 'send', message: encodeMessage(message), urgent: true });
  }

  #stop(reason: string): void {
    this.#ended = true;
    this.#actions.push({ do: 'end', reason });
  }
}

const wants = (side: Wants, set: string): boolean =>
  isSetName(set) && (set === LOGS ? wantsLogs(side) : wantsSet(side, set));

function refuse(field: string, detail: string): never {
  throw new DecodeError(field, `Cannot go on with session: ${field}: ${detail}`);
}
