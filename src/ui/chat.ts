/**
 * The page's state once an identity is open: channels with what is unread, the open conversation, the connection,
 * and the words said to people who listen instead of look. Components read its signals and call its actions.
 */
import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { ChannelSummary, IdentityInfo, KnownPerson, Member, Message, Peer, Status } from '../runtime/api.ts';
import { type Conversation, openConversation } from './conversation.ts';
import { bodyText, nameText, shortDot1 } from './display.ts';
import { createDrafts, type Drafts } from './drafts.ts';
import type { Muted } from './muted.ts';
import { type Found, searchMessages } from './search.ts';
import { type Seen, unread } from './seen.ts';
import { words } from './text/text.ts';
import { type Concern, concerns } from './trust.ts';

export interface ChannelEntry extends ChannelSummary {
  readonly unread: number;
  readonly muted: boolean;
}

export interface Chat {
  readonly me: ReadonlySignal<IdentityInfo>;
  readonly status: ReadonlySignal<Status>;
  readonly channels: ReadonlySignal<readonly ChannelEntry[]>;
  readonly conversation: ReadonlySignal<Conversation>;
  /** Whether this identity is in the open channel; undefined until known. */
  readonly joined: ReadonlySignal<boolean | undefined>;
  readonly drafts: Drafts;
  /** Whose keys are known, by key. */
  readonly people: ReadonlySignal<ReadonlyMap<string, KnownPerson>>;
  /** What is worth telling about the keys of those who can read the open channel. */
  readonly concerns: ReadonlySignal<readonly Concern[]>;
  /** The time of the newest message that had been seen when the open channel was opened, ms. */
  readonly seenBefore: ReadonlySignal<number | undefined>;
  /** The last few things worth saying aloud, oldest first. */
  readonly announcements: ReadonlySignal<readonly Announcement[]>;
  /** What went wrong with the last action, in words. */
  readonly problem: ReadonlySignal<string | undefined>;
  /** Opens a channel, and there the message whose id begins so. */
  open(channel: string, message?: string): void;
  toggleMuted(channel: string): void;
  safetyNumber(key: string): Promise<string | undefined>;
  setVerified(key: string, verified: boolean): Promise<void>;
  /** Takes a person's present keys for known. */
  accept(key: string): Promise<void>;
  /** Looks through what this device holds: the open channel first, then the others that one is in. */
  search(query: string, signal: AbortSignal, onFound: (found: readonly Found[]) => void): Promise<void>;
  join(): Promise<void>;
  leave(): Promise<void>;
  rename(name: string): Promise<void>;
  /** Whether the person looks at the newest messages right now. */
  attend(attending: boolean): void;
  announce(text: string): void;
  dismissProblem(): void;
  /** Runs an action whose failure is told, not thrown. */
  attempt(action: () => Promise<unknown>): Promise<boolean>;
  close(): void;
}

export interface Announcement {
  readonly id: number;
  readonly text: string;
}

const SPOKEN_UNITS = 200;
/** More at once would be read for longer than anyone listens. */
const SPOKEN_AT_ONCE = 4;

export function createChat(peer: Peer, seen: Seen, muted: Muted, first: string): Chat {
  const me = signal<IdentityInfo>({ ...peer.identity });
  const status = signal(peer.status());
  const summaries = signal<readonly ChannelSummary[] | undefined>(undefined);
  const announcements = signal<readonly Announcement[]>([]);
  const problem = signal<string | undefined>(undefined);
  const attending = signal(false);
  const drafts = createDrafts();
  const people = signal<ReadonlyMap<string, KnownPerson>>(new Map());
  const seenBefore = signal(seen.since(first));
  const conversation = signal(begin(first));

  const channels = computed(() =>
    listed(summaries.value ?? [], conversation.value.name, seen.counts.value, muted.channels.value),
  );
  const concerned = computed(() => concerns([...people.value.values()], conversation.value.members.value ?? []));
  const joined = computed(() =>
    summaries.value === undefined
      ? undefined
      : (summaries.value.find(({ name }) => name === conversation.value.name)?.joined ?? false),
  );

  function begin(channel: string): Conversation {
    const opened = openConversation(peer.channel(channel), { received: tellMessages, membersChanged: tellMembers });
    void opened.load();
    return opened;
  }

  function announce(text: string): void {
    const said = announcements.peek();
    announcements.value = [...said, { id: (said.at(-1)?.id ?? 0) + 1, text }].slice(-SPOKEN_AT_ONCE);
  }

  /** Each, or where there are too many to listen to, their number and the last. */
  function tellMessages(messages: readonly Message[]): void {
    const few = messages.length <= SPOKEN_AT_ONCE;
    if (!few && !muted.channels.peek().has(conversation.peek().name)) announce(words.messages.fresh(messages.length));
    for (const message of few ? messages : messages.slice(-1)) tellMessage(message);
  }

  function tellMessage(message: Message): void {
    if (message.sharedKeys !== undefined || muted.channels.peek().has(message.channel)) return;
    const name = authorName(message.author);
    const text = bodyText(message.text ?? '').slice(0, SPOKEN_UNITS);
    const sealed = message.lock.state === 'sealed';
    announce(sealed ? words.messages.saidSealed(name) : words.messages.said(name, text || words.messages.onlyFiles));
  }

  function tellMembers(before: readonly Member[], after: readonly Member[]): void {
    const came = after.find((member) => !member.self && !before.some(({ key }) => key === member.key));
    const went = before.find((member) => !member.self && !after.some(({ key }) => key === member.key));
    if (came) announce(words.readers.joined(authorName(came)));
    else if (went) announce(words.readers.left(authorName(went)));
  }

  async function meet(): Promise<void> {
    const met = await peer.people.list().catch(() => [...people.peek().values()]);
    people.value = new Map(met.map((person) => [person.key, person]));
  }

  async function refresh(): Promise<void> {
    summaries.value = await peer.channels().catch(() => summaries.peek() ?? []);
    // Another tab, or the same identity on another device, may have changed the name.
    if (me.peek().name !== peer.identity.name) me.value = { ...peer.identity };
  }

  async function find(message: string): Promise<void> {
    if (!(await conversation.peek().goTo(message))) throw new Error(words.messages.gone);
  }

  async function attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      problem.value = undefined;
      return true;
    } catch (error) {
      problem.value = inWords(error);
      return false;
    }
  }

  const refreshSoon = spaced(() => void refresh(), 100);
  const stops = [
    peer.on('status', (now) => {
      if (now.connection !== status.peek().connection) announce(words.connection(now));
      status.value = now;
    }),
    peer.on('channels', refreshSoon.ask),
    refreshSoon.stop,
    effect(() => {
      const current = channels.value.find(({ name }) => name === conversation.value.name);
      const newest = conversation.value.timeline.value.messages.at(-1)?.time.getTime();
      if (attending.value && current?.joined) seen.mark(current.name, current.count, newest);
    }),
    effect(() => {
      if (conversation.value.members.value !== undefined) void meet();
    }),
  ];
  void refresh();

  return {
    me,
    status,
    channels,
    conversation,
    joined,
    drafts,
    people,
    concerns: concerned,
    seenBefore,
    announcements,
    problem,
    open(channel, message) {
      if (conversation.peek().name !== channel) {
        conversation.peek().close();
        batch(() => {
          seenBefore.value = seen.since(channel);
          conversation.value = begin(channel);
          problem.value = undefined;
        });
      }
      if (message !== undefined) void attempt(() => find(message));
    },
    toggleMuted: muted.toggle,
    safetyNumber: (key) => peer.people.safetyNumber(key),
    async setVerified(key, verified) {
      await attempt(() => peer.people.setVerified(key, verified));
      await meet();
    },
    async accept(key) {
      await attempt(() => peer.people.accept(key));
      await meet();
    },
    search(query, signal, onFound) {
      const current = conversation.peek().name;
      const others = channels.peek().filter(({ name, joined }) => joined && name !== current);
      const held = [current, ...others.map(({ name }) => name)].map((name) => peer.channel(name));
      return searchMessages(held, query, { signal, onFound });
    },
    async join() {
      await attempt(() => conversation.peek().join());
      await refresh();
    },
    async leave() {
      await attempt(() => conversation.peek().leave());
      await refresh();
    },
    async rename(name) {
      if (await attempt(() => peer.setName(name))) me.value = { ...peer.identity, name };
    },
    attend(now) {
      attending.value = now;
    },
    announce,
    dismissProblem() {
      problem.value = undefined;
    },
    attempt,
    close() {
      conversation.peek().close();
      for (const stop of stops) stop();
    },
  };
}

/** A name as it is shown, never empty. */
export const authorName = (author: { name: string; dot1: string | undefined }): string =>
  nameText(author.name, author.dot1 === undefined ? '?' : shortDot1(author.dot1));

/** What an error says to a person. */
export const inWords = (error: unknown): string =>
  words.reason(error instanceof Error && error.message !== '' ? error.message : String(error));

/** The relay's list, the open channel among it, joined ones by name and others by activity. */
function listed(
  summaries: readonly ChannelSummary[],
  current: string,
  seen: ReadonlyMap<string, number>,
  muted: ReadonlySet<string>,
): ChannelEntry[] {
  const known = summaries.some(({ name }) => name === current);
  const all = known ? summaries : [...summaries, { name: current, joined: false, count: 0, latest: undefined }];
  return all
    .map((summary) => ({
      ...summary,
      unread: summary.joined ? unread(summary.count, seen.get(summary.name)) : 0,
      muted: muted.has(summary.name),
    }))
    .sort((a, b) => Number(b.joined) - Number(a.joined) || (a.joined ? (a.name < b.name ? -1 : 1) : 0));
}

/** Runs `task` at most once per `ms` while it is asked for. */
function spaced(task: () => void, ms: number): { ask: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    ask() {
      timer ??= setTimeout(() => {
        timer = undefined;
        task();
      }, ms);
    },
    stop: () => clearTimeout(timer),
  };
}
