/**
 * The page's state once an identity is open: channels with what is unread, the open conversation, the connection,
 * and the words said to people who listen instead of look. Components read its signals and call its actions.
 */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { ChannelSummary, IdentityInfo, Member, Message, Peer, Status } from '../runtime/api.ts';
import { type Conversation, openConversation } from './conversation.ts';
import { bodyText, nameText, shortDot1 } from './display.ts';
import { createDrafts, type Drafts } from './drafts.ts';
import { type Seen, unread } from './seen.ts';
import { words } from './words.ts';

export interface ChannelEntry extends ChannelSummary {
  readonly unread: number;
}

export interface Chat {
  readonly me: ReadonlySignal<IdentityInfo>;
  readonly status: ReadonlySignal<Status>;
  readonly channels: ReadonlySignal<readonly ChannelEntry[]>;
  readonly conversation: ReadonlySignal<Conversation>;
  /** Whether this identity is in the open channel; undefined until known. */
  readonly joined: ReadonlySignal<boolean | undefined>;
  readonly drafts: Drafts;
  /** The last thing worth saying aloud. */
  readonly announcement: ReadonlySignal<string>;
  /** What went wrong with the last action, in words. */
  readonly problem: ReadonlySignal<string | undefined>;
  open(channel: string): void;
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

const SPOKEN_UNITS = 200;

export function createChat(peer: Peer, seen: Seen, first: string): Chat {
  const me = signal<IdentityInfo>({ ...peer.identity });
  const status = signal(peer.status());
  const summaries = signal<readonly ChannelSummary[] | undefined>(undefined);
  const announcement = signal('');
  const problem = signal<string | undefined>(undefined);
  const attending = signal(false);
  const drafts = createDrafts();
  const conversation = signal(begin(first));

  const channels = computed(() => listed(summaries.value ?? [], conversation.value.name, seen.counts.value));
  const joined = computed(() =>
    summaries.value === undefined
      ? undefined
      : (summaries.value.find(({ name }) => name === conversation.value.name)?.joined ?? false),
  );

  function begin(channel: string): Conversation {
    const opened = openConversation(peer.channel(channel), { received: tellMessage, membersChanged: tellMembers });
    void opened.load();
    return opened;
  }

  function tellMessage(message: Message): void {
    const name = authorName(message.author);
    const text = bodyText(message.text ?? '').slice(0, SPOKEN_UNITS);
    const sealed = message.lock.state === 'sealed';
    announcement.value = sealed
      ? words.messages.saidSealed(name)
      : words.messages.said(name, text || words.messages.onlyFiles);
  }

  function tellMembers(before: readonly Member[], after: readonly Member[]): void {
    const came = after.find((member) => !member.self && !before.some(({ key }) => key === member.key));
    const went = before.find((member) => !member.self && !after.some(({ key }) => key === member.key));
    if (came) announcement.value = words.readers.joined(authorName(came));
    else if (went) announcement.value = words.readers.left(authorName(went));
  }

  async function refresh(): Promise<void> {
    summaries.value = await peer.channels().catch(() => summaries.peek() ?? []);
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
      if (now.connection !== status.peek().connection) announcement.value = words.connection(now);
      status.value = now;
    }),
    peer.on('channels', refreshSoon.ask),
    refreshSoon.stop,
    effect(() => {
      const current = channels.value.find(({ name }) => name === conversation.value.name);
      if (attending.value && current?.joined) seen.mark(current.name, current.count);
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
    announcement,
    problem,
    open(channel) {
      if (conversation.peek().name === channel) return;
      conversation.peek().close();
      conversation.value = begin(channel);
      problem.value = undefined;
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
    announce(text) {
      announcement.value = text;
    },
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
  error instanceof Error && error.message !== '' ? error.message : String(error);

/** The relay's list, the open channel among it, joined ones by name and others by activity. */
function listed(
  summaries: readonly ChannelSummary[],
  current: string,
  seen: ReadonlyMap<string, number>,
): ChannelEntry[] {
  const known = summaries.some(({ name }) => name === current);
  const all = known ? summaries : [...summaries, { name: current, joined: false, count: 0, latest: undefined }];
  return all
    .map((summary) => ({ ...summary, unread: summary.joined ? unread(summary.count, seen.get(summary.name)) : 0 }))
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
