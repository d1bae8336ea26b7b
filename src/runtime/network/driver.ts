/**
 * Drives one session (core/sync/session): reads from the store what it wants to send, takes what comes along the line
 * that everything takes, and fetches blobs. It never answers for more than is on disk.
 */

import { DecodeError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/ports.ts';
import type { Item } from '../../core/sync/item.ts';
import type { Action, Supplied, Supply, Take } from '../../core/sync/session/actions.ts';
import { Session } from '../../core/sync/session/session.ts';
import { LOGS, NOTHING_WANTED, type Wants, wantsAuthor, wantsLogs, wantsSet } from '../../core/sync/session/wants.ts';
import type { BlobTraffic } from './blob-traffic.ts';
import type { EntryTraffic } from './entry-traffic.ts';
import type { Giver, Keeper } from './sets/types.ts';

export interface DriverParts {
  readonly sha256: Sha256;
  readonly keepers: readonly Keeper[];
  readonly entries: EntryTraffic | undefined;
  readonly blobs: BlobTraffic;
  readonly isDialer: boolean;
  readonly credit: number;
  readonly granted: number;
  readonly wants: Wants;
  /** What of its wants the other side may have. */
  allow(wants: Wants): Wants;
  /** That many bytes came; why they are not taken, where that is so. */
  objection(bytes: number): string | undefined;
  /** False: full; `room()` is called when there is room again. */
  send(message: Uint8Array, urgent: boolean): boolean;
  onSettled(): void;
  /** The session is over; `own`: this side ended it. */
  onEnd(reason: string, own: boolean): void;
  onError(error: unknown): void;
}

export interface Driver extends Giver {
  receive(message: Uint8Array): void;
  /** There is room to send again. */
  room(): void;
  /** The other side cannot be reached for now, or can again: what others have as well is not waited for. */
  reach(isThere: boolean): void;
  want(wants: Wants): void;
  /** Whether both sides have all that they want of each other. */
  readonly isSettled: boolean;
  end(reason: string): void;
  /** The line is gone. */
  drop(): void;
}

export function createDriver(parts: DriverParts): Driver {
  const { sha256, keepers, blobs, isDialer, credit, granted } = parts;
  const refuses = (set: string, id: Uint8Array): boolean => keeperOf(set)?.refuses(set, id) === true;
  const session = new Session({
    ...{ sha256, isDialer, credit, granted, refuses },
    ...{ wants: NOTHING_WANTED, theirs: NOTHING_WANTED },
  });
  let mine = parts.wants;
  const unsent: Extract<Action, { do: 'send' }>[] = [];
  let isOver = false;
  /** Sets with news since the other side's wants are being looked at: some may not have been there before. */
  let meanwhile: Set<string> | undefined;
  let pumping = false;
  let flushing = false;

  const keeperOf = (set: string): Keeper | undefined => keepers.find((keeper) => keeper.keeps(set));
  const fail = (error: unknown): void => {
    if (isOver) return;
    if (!(error instanceof DecodeError)) parts.onError(error);
    // What went wrong with this disk is nobody else's business.
    session.end(error instanceof DecodeError ? error.message : 'something went wrong here');
    pump(true);
  };
  /** Runs it, then goes on; what it throws ends the session. */
  const doing = (work: Promise<void>): void => {
    work.then(() => pump(), fail);
  };
  const flush = (): void => {
    if (flushing) return;
    flushing = true;
    for (let next = unsent[0]; next !== undefined && parts.send(next.message, next.urgent); next = unsent[0])
      unsent.shift();
    flushing = false;
  };
  /** Who does not take answers is given none: what it asks waits in the session, which bounds it. */
  const pump = (isLast = false): void => {
    if (pumping || isOver) return;
    pumping = true;
    try {
      while (!isOver && (isLast || unsent.length < MOST_UNSENT)) {
        const actions = session.actions();
        if (actions.length === 0) break;
        for (const action of actions) perform(action);
        flush();
      }
    } finally {
      pumping = false;
    }
    flush();
  };
  const perform = (action: Action): void => {
    if (action.do === 'send') unsent.push(action);
    else if (action.do === 'open') doing(open(action.set));
    else if (action.do === 'supply')
      doing(supply(action.supply).then((supplied) => session.supplied(action.job, supplied)));
    else if (action.do === 'take') {
      const problem = parts.objection(action.cost);
      if (problem === undefined) doing(take(action.take).then(() => session.taken(action.cost)));
      else session.end(problem);
    } else if (action.do === 'wants') doing(allow(action.wants));
    else if (action.do === 'settled') parts.onSettled();
    else end(action.reason);
  };
  const end = (reason: string): void => {
    flush();
    finish();
    parts.onEnd(reason, false);
  };
  const finish = (): void => {
    isOver = true;
    for (const stop of watching) stop();
    blobs.leave(giver);
  };
  const open = async (set: string, theirs = session.theirs): Promise<void> => {
    session.opened(set, await keeperOf(set)?.open(set, mine, theirs));
  };
  const allow = async (wants: Wants): Promise<void> => {
    const theirs = parts.allow(wants);
    const begun = new Set<string>();
    meanwhile = begun;
    for (const keeper of keepers) {
      for (const set of await keeper.names(theirs)) await open(set, theirs);
    }
    // Grows while it is gone through; the session itself takes no news of what it was not told to be wanted.
    for (const set of begun) if (wantsSet(theirs, set)) await open(set, theirs);
    meanwhile = undefined;
    session.allow(theirs);
  };
  const supply = async (wanted: Supply): Promise<Supplied> => {
    if (wanted.kind === 'blob') return blobs.supply(wanted);
    if (wanted.kind === 'entries')
      return (await parts.entries?.supply(wanted)) ?? { kind: 'entries', text: NOTHING, next: undefined };
    const rows = [];
    let used = 0;
    for (let bytes = 0; used < wanted.items.length && bytes < wanted.most; used++) {
      const row = await keeperOf(wanted.set)?.row(wanted.set, wanted.items[used] as Item);
      if (row === undefined) continue;
      if (rows.length > 0 && bytes + row.bytes.length > wanted.most) break;
      rows.push(row);
      bytes += row.bytes.length;
    }
    return { kind: 'rows', rows, used };
  };
  const take = async (came: Take): Promise<void> => {
    if (came.kind === 'blob') return blobs.take(came, giver);
    if (came.kind === 'entries') return parts.entries?.take(came, giver);
    for (const id of (await keeperOf(came.set)?.take(came.set, came.rows, giver)) ?? []) session.has(came.set, id);
  };
  const giver: Giver = {
    read(author, from) {
      if (!wantsAuthor(mine, author)) return;
      session.read(author, from);
      pump();
    },
  };
  const watching = keepers.map((keeper) =>
    keeper.watch((set, item, from) => {
      if (from === giver || isOver) return;
      meanwhile?.add(set);
      session.news(set, item);
      pump();
    }),
  );
  const source = {
    fetch(hash: Uint8Array, at: number): boolean {
      const isAsked = session.fetch(hash, at);
      pump();
      return isAsked;
    },
    stop(hash: Uint8Array): void {
      session.stop(hash);
      pump();
    },
  };
  blobs.join(giver, source);
  session.want(mine);
  pump();

  return {
    ...giver,
    receive(message) {
      if (isOver) return;
      try {
        session.receive(message);
      } catch (error) {
        return fail(error);
      }
      pump();
    },
    room() {
      flush();
      pump();
    },
    reach(isThere) {
      if (isOver) return;
      if (isThere) blobs.join(giver, source);
      else blobs.leave(giver);
    },
    want(wants) {
      mine = wants;
      session.want(wants);
      pump();
      // Which logs are compared depends on what both sides want.
      if (wantsLogs(wants) || wantsLogs(session.theirs)) doing(open(LOGS));
    },
    get isSettled() {
      return session.isSettled;
    },
    end(reason) {
      session.end(reason);
      pump(true);
    },
    drop() {
      if (!isOver) finish();
    },
  };
}

const NOTHING = new Uint8Array();
const MOST_UNSENT = 64;
