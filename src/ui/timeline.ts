/**
 * What a channel's message list knows: a contiguous stretch of messages up to the newest, ordered by (time, id), and
 * whether older ones exist. Pure; the rows that are drawn derive from it.
 */
import type { Lock, Message, RosterEvent } from '../runtime/api.ts';

export interface Timeline {
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
}

export type SealedReason = Extract<Lock, { state: 'sealed' }>['reason'];

export type Row =
  | { kind: 'day'; key: string; day: Date }
  /** `first`: begins an author's group, and so shows who and when. */
  | { kind: 'message'; key: string; message: Message; first: boolean }
  /** Somebody came, went or changed keys. */
  | { kind: 'event'; key: string; event: RosterEvent }
  /** Somebody shared the keys of earlier messages. */
  | { kind: 'shared'; key: string; message: Message }
  /** From here on it is new to the reader. */
  | { kind: 'unread'; key: string }
  /** A run of messages that stay sealed for one reason. */
  | { kind: 'sealed'; key: string; reason: SealedReason; messages: readonly Message[] };

export const EMPTY: Timeline = { messages: [], hasOlder: false };

/** Beyond this many, what has scrolled far away is let go and read again when asked for. */
const KEPT = 3000;
const GROUP_MS = 5 * 60_000;

/** A first page, newest stretch. */
export const begin = (page: readonly Message[], hasOlder: boolean): Timeline => ({
  messages: page.toSorted(order),
  hasOlder,
});

/** What to ask for so that the next older page misses none of equal time. */
export function olderRequest(timeline: Timeline, page: number): { limit: number; before?: Date } {
  const oldest = timeline.messages[0];
  if (oldest === undefined) return { limit: page };
  const time = oldest.time.getTime();
  const equal = timeline.messages.findIndex((message) => message.time.getTime() !== time);
  return { limit: page + (equal === -1 ? timeline.messages.length : equal), before: new Date(time + 1) };
}

export const withOlder = (timeline: Timeline, page: readonly Message[], hasOlder: boolean): Timeline => ({
  messages: merge(timeline.messages, page),
  hasOlder,
});

/** New and changed messages. One older than the stretch waits until that stretch is loaded. */
export function withNews(timeline: Timeline, news: readonly Message[]): Timeline {
  const oldest = timeline.messages[0];
  const fitting = timeline.hasOlder && oldest ? news.filter((message) => order(message, oldest) >= 0) : news;
  return fitting.length === 0 ? timeline : { ...timeline, messages: merge(timeline.messages, fitting) };
}

/** Forgets all but the newest, for a reader who follows them. */
export function trimmed(timeline: Timeline): Timeline {
  if (timeline.messages.length <= KEPT) return timeline;
  return { messages: timeline.messages.slice(-KEPT / 2), hasOlder: true };
}

/** At most `size` messages that end with `last`, or with the newest. */
export function stretch(timeline: Timeline, last: string | undefined, size: number): { start: number; end: number } {
  const at = last === undefined ? -1 : timeline.messages.findLastIndex((message) => message.id === last);
  const end = at === -1 ? timeline.messages.length : at + 1;
  return { start: Math.max(0, end - size), end };
}

export interface Beside {
  /** By time; only those within the stretch are passed in. */
  readonly events?: readonly RosterEvent[];
  /** The message that the line for new ones stands before. */
  readonly firstUnread?: string | undefined;
}

/** What is sealed to others is nothing new to this one. */
export const isNews = ({ author, lock }: Message): boolean =>
  !author.self && !(lock.state === 'sealed' && (lock.reason === 'not-for-you' || lock.reason === 'before-you-joined'));

/** The first news that are later than what was seen. */
export const firstUnreadOf = (messages: readonly Message[], seen: number | undefined): Message | undefined =>
  seen === undefined ? undefined : messages.find((message) => message.time.getTime() > seen && isNews(message));

/** The events that fall into this part of the timeline: later than its first message, or where all is shown, any. */
export function eventsWithin(
  events: readonly RosterEvent[],
  { messages, hasOlder }: Timeline,
  { start, end }: { start: number; end: number },
): RosterEvent[] {
  const from = start === 0 && !hasOlder ? Number.NEGATIVE_INFINITY : (messages[start]?.time.getTime() ?? 0);
  const to = end === messages.length ? Number.POSITIVE_INFINITY : (messages[end]?.time.getTime() ?? 0);
  return events.filter(({ time }) => time.getTime() >= from && time.getTime() < to);
}

export function rows(messages: readonly Message[], { events = [], firstUnread }: Beside = {}): Row[] {
  const found: Row[] = [];
  let next = 0;
  let broken = false;
  const eventsBefore = (time: number): void => {
    for (let event = events[next]; event && event.time.getTime() <= time; event = events[++next]) {
      found.push({ kind: 'event', key: `${event.kind}-${event.key}`, event });
      broken = true;
    }
  };
  let previous: Message | undefined;
  for (const message of messages) {
    if (message.aside) continue;
    const newDay = previous === undefined || !sameDay(previous.time, message.time);
    if (newDay) eventsBefore(new Date(message.time).setHours(0, 0, 0, 0));
    if (newDay) found.push({ kind: 'day', key: `day-${message.id}`, day: message.time });
    eventsBefore(message.time.getTime());
    if (message.id === firstUnread) found.push({ kind: 'unread', key: 'unread' });
    const last = found.at(-1);
    if (message.sharedKeys !== undefined) {
      found.push({ kind: 'shared', key: message.id, message });
    } else if (message.lock.state !== 'sealed') {
      const first = newDay || broken || last?.kind !== 'message' || !grouped(last.message, message);
      found.push({ kind: 'message', key: message.id, message, first });
    } else if (last?.kind === 'sealed' && last.reason === message.lock.reason) {
      found[found.length - 1] = { ...last, messages: [...last.messages, message] };
    } else {
      found.push({ kind: 'sealed', key: message.id, reason: message.lock.reason, messages: [message] });
    }
    broken = false;
    previous = message;
  }
  eventsBefore(Number.POSITIVE_INFINITY);
  return found;
}

/** Without one that was taken back. */
export const without = (timeline: Timeline, id: string): Timeline => ({
  ...timeline,
  messages: timeline.messages.filter((message) => message.id !== id),
});

export function order(a: Message, b: Message): number {
  return a.time.getTime() - b.time.getTime() || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Later versions of a message replace earlier ones. Unchanged messages stay the same objects. */
function merge(held: readonly Message[], news: readonly Message[]): Message[] {
  const latest = new Map(news.map((message) => [message.id, message]));
  const moved = held.some((message) => {
    const change = latest.get(message.id);
    return change !== undefined && change.time.getTime() !== message.time.getTime();
  });
  const merged = held.map((message) => {
    const change = latest.get(message.id);
    latest.delete(message.id);
    return change ?? message;
  });
  const last = merged.at(-1);
  const added = [...latest.values()].sort(order);
  const fits = !moved && (added[0] === undefined || last === undefined || order(last, added[0]) < 0);
  const all = merged.concat(added);
  return fits ? all : all.sort(order);
}

function grouped(a: Message, b: Message): boolean {
  return (
    a.author.key === b.author.key &&
    a.author.name === b.author.name &&
    a.lock.state === b.lock.state &&
    b.time.getTime() - a.time.getTime() < GROUP_MS
  );
}

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();
