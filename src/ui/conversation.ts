/**
 * One open channel: its stretch of messages, who can read, and what the person does there. News are gathered and
 * merged once per turn, so that thousands arriving together cost one drawing.
 */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Channel, Member, Message, OutgoingFile, RosterEvent } from '../runtime/api.ts';
import { gather } from './gather.ts';
import { begin, EMPTY, olderRequest, type Timeline, trimmed, withNews, withOlder, without } from './timeline.ts';

export interface Conversation {
  readonly name: string;
  readonly timeline: ReadonlySignal<Timeline>;
  /** Undefined until known. */
  readonly members: ReadonlySignal<readonly Member[] | undefined>;
  readonly phase: ReadonlySignal<'loading' | 'ready' | 'failed'>;
  readonly loadingOlder: ReadonlySignal<boolean>;
  /** Who came, went or changed keys, by time. */
  readonly roster: ReadonlySignal<readonly RosterEvent[]>;
  /** How far the files of a message are sealed; undefined while none is. */
  readonly sealing: ReadonlySignal<{ done: number; total: number } | undefined>;
  /** The message to bring into view. Asking for the same one again is another target. */
  readonly target: ReadonlySignal<Target | undefined>;
  load(): Promise<void>;
  loadOlder(): Promise<void>;
  /** Lets go of what is far from the newest messages. */
  trim(): void;
  join(): Promise<void>;
  leave(): Promise<void>;
  send(text: string, files: readonly OutgoingFile[]): Promise<void>;
  /** Stops sealing the files of the message that is being sent. */
  cancelSealing(): void;
  retry(id: string): Promise<void>;
  /** Takes back what no relay has yet. */
  discard(id: string): Promise<boolean>;
  /** Resolves with how many messages a member was given the keys of. */
  share(member: string, since?: Date): Promise<number>;
  /** Loads back to the message whose id begins so and makes it the target. Whether it is here. */
  goTo(id: string): Promise<boolean>;
  /** The same for the first message from that time on, or the newest. */
  goToTime(time: Date): Promise<boolean>;
  close(): void;
}

export interface Target {
  readonly id: string;
}

export interface ConversationListeners {
  /** Messages of others have become the newest while the channel was open, in this order. */
  received(messages: readonly Message[]): void;
  membersChanged(before: readonly Member[], after: readonly Member[]): void;
}

const PAGE = 100;
/** Pages while looking for a message, and when to give up. */
const LOOK_PAGE = 500;
const LOOKED_AT = 50_000;

export function openConversation(channel: Channel, listeners: ConversationListeners): Conversation {
  const timeline = signal<Timeline>(EMPTY);
  const members = signal<readonly Member[] | undefined>(undefined);
  const phase = signal<'loading' | 'ready' | 'failed'>('loading');
  const loadingOlder = signal(false);
  const roster = signal<readonly RosterEvent[]>([]);
  const sealing = signal<{ done: number; total: number } | undefined>(undefined);
  const target = signal<Target | undefined>(undefined);
  let stopSealing: AbortController | undefined;
  const news = gather<Message>((messages) => {
    const before = newestShown(timeline.peek());
    timeline.value = withNews(timeline.peek(), messages);
    if (messages.some(({ sharedKeys }) => sharedKeys !== undefined)) void readAgain();
    const fresh = shownAfter(timeline.peek(), before).filter(({ delivery }) => delivery.state === 'received');
    if (fresh.length > 0) listeners.received(fresh);
  });
  const stopMembers = channel.on('members', (now) => setMembers(now));
  const stopMessages = channel.on('message', (message) => news.add(message));
  const stopDiscarded = channel.on('discarded', (id) => {
    timeline.value = without(timeline.peek(), id);
  });

  function setMembers(now: readonly Member[]): void {
    const before = members.peek();
    members.value = now;
    void readRoster();
    if (before !== undefined) listeners.membersChanged(before, now);
  }

  async function readRoster(): Promise<void> {
    roster.value = await channel.roster().catch(() => roster.peek());
  }

  /** Keys have come for messages that are loaded already. */
  async function readAgain(): Promise<void> {
    const limit = timeline.peek().messages.length;
    timeline.value = withNews(timeline.peek(), await channel.messages({ limit }).catch(() => []));
  }

  /** News that arrive while the first page is read are kept and merged after it. */
  async function load(): Promise<void> {
    news.hold();
    phase.value = 'loading';
    try {
      const [page, present] = await Promise.all([channel.messages({ limit: PAGE }), channel.members()]);
      await readRoster();
      batch(() => {
        timeline.value = begin(page, page.length >= PAGE);
        members.value ??= present;
        phase.value = 'ready';
      });
      news.release();
    } catch {
      phase.value = 'failed';
    }
  }

  async function loadOlder(size = PAGE): Promise<void> {
    if (loadingOlder.peek() || !timeline.peek().hasOlder) return;
    loadingOlder.value = true;
    try {
      const request = olderRequest(timeline.peek(), size);
      const page = await channel.messages(request);
      timeline.value = withOlder(timeline.peek(), page, page.length >= request.limit);
    } finally {
      loadingOlder.value = false;
    }
  }

  /** Loads older messages until one fits; `passed` says that none further back can. */
  async function lookFor(
    fits: (message: Message) => boolean,
    passed: (oldest: Message) => boolean,
  ): Promise<Message | undefined> {
    for (;;) {
      const { messages, hasOlder } = timeline.peek();
      const [oldest] = messages;
      const isEnough = !hasOlder || oldest === undefined || passed(oldest) || messages.length >= LOOKED_AT;
      if (isEnough) return messages.find(fits);
      await loadOlder(LOOK_PAGE);
      if (timeline.peek().messages.length === messages.length) return undefined;
    }
  }

  const aim = (found: Message | undefined): boolean => {
    if (found) target.value = { id: found.id };
    return found !== undefined;
  };

  return {
    name: channel.name,
    timeline,
    members,
    phase,
    loadingOlder,
    roster,
    sealing,
    target,
    load,
    loadOlder: () => loadOlder(),
    trim() {
      timeline.value = trimmed(timeline.peek());
    },
    async join() {
      await channel.join();
      setMembers(await channel.members());
    },
    leave: () => channel.leave(),
    async send(text, files) {
      stopSealing = new AbortController();
      const onProgress = (done: number, total: number): void => {
        sealing.value = { done, total };
      };
      try {
        const more = files.length > 0 ? { files, onProgress, signal: stopSealing.signal } : {};
        news.add(await channel.send(text, more));
      } finally {
        sealing.value = undefined;
      }
    },
    cancelSealing: () => stopSealing?.abort(),
    discard: (id) => channel.discard(id),
    share: (member, since) => channel.shareHistory(member, since ? { since } : {}),
    async goTo(id) {
      if (phase.peek() === 'loading') await settled(phase);
      const fits = (message: Message): boolean => message.id.startsWith(id);
      return aim(await lookFor(fits, () => timeline.peek().messages.some(fits)));
    },
    async goToTime(time) {
      if (phase.peek() === 'loading') await settled(phase);
      const from = time.getTime();
      const found = await lookFor(
        (message) => message.time.getTime() >= from,
        (oldest) => oldest.time.getTime() < from,
      );
      return aim(found ?? timeline.peek().messages.at(-1));
    },
    retry: (id) => channel.retry(id),
    close() {
      stopMembers();
      stopMessages();
      stopDiscarded();
      stopSealing?.abort();
      news.stop();
    },
  };
}

const newestShown = ({ messages }: Timeline): Message | undefined => messages.findLast(({ aside }) => !aside);

function shownAfter({ messages }: Timeline, before: Message | undefined): Message[] {
  const at = before === undefined ? -1 : messages.findLastIndex(({ id }) => id === before.id);
  return messages.slice(at + 1).filter(({ aside }) => !aside);
}

/** Until the first page has been read, or could not be. */
const settled = (phase: ReadonlySignal<'loading' | 'ready' | 'failed'>): Promise<void> =>
  new Promise((settle) => {
    const stop = phase.subscribe((now) => {
      if (now === 'loading') return;
      queueMicrotask(() => stop());
      settle();
    });
  });
