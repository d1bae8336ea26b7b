/**
 * One open channel: its stretch of messages, who can read, and what the person does there. News are gathered and
 * merged once per turn, so that thousands arriving together cost one drawing.
 */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Channel, Member, Message, OutgoingFile } from '../runtime/api.ts';
import { begin, EMPTY, olderRequest, type Timeline, trimmed, withNews, withOlder } from './timeline.ts';

export interface Conversation {
  readonly name: string;
  readonly timeline: ReadonlySignal<Timeline>;
  /** Undefined until known. */
  readonly members: ReadonlySignal<readonly Member[] | undefined>;
  readonly phase: ReadonlySignal<'loading' | 'ready' | 'failed'>;
  readonly loadingOlder: ReadonlySignal<boolean>;
  load(): Promise<void>;
  loadOlder(): Promise<void>;
  /** Lets go of what is far from the newest messages. */
  trim(): void;
  join(): Promise<void>;
  leave(): Promise<void>;
  send(text: string, files: readonly OutgoingFile[]): Promise<void>;
  retry(id: string): Promise<void>;
  close(): void;
}

export interface ConversationListeners {
  /** Another's message has become the newest while the channel was open. */
  received(message: Message): void;
  membersChanged(before: readonly Member[], after: readonly Member[]): void;
}

const PAGE = 100;
/** News that come closer together than this are drawn together. */
const GATHER_MS = 30;

export function openConversation(channel: Channel, listeners: ConversationListeners): Conversation {
  const timeline = signal<Timeline>(EMPTY);
  const members = signal<readonly Member[] | undefined>(undefined);
  const phase = signal<'loading' | 'ready' | 'failed'>('loading');
  const loadingOlder = signal(false);
  const news = gather<Message>((messages) => {
    const before = timeline.peek().messages.at(-1);
    timeline.value = withNews(timeline.peek(), messages);
    const newest = timeline.peek().messages.at(-1);
    if (newest && newest.id !== before?.id && newest.delivery.state === 'received') listeners.received(newest);
  });
  const stopMembers = channel.on('members', (now) => setMembers(now));
  const stopMessages = channel.on('message', (message) => news.add(message));

  function setMembers(now: readonly Member[]): void {
    const before = members.peek();
    members.value = now;
    if (before !== undefined) listeners.membersChanged(before, now);
  }

  /** News that arrive while the first page is read are kept and merged after it. */
  async function load(): Promise<void> {
    news.hold();
    phase.value = 'loading';
    try {
      const [page, present] = await Promise.all([channel.messages({ limit: PAGE }), channel.members()]);
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

  async function loadOlder(): Promise<void> {
    if (loadingOlder.peek() || !timeline.peek().hasOlder) return;
    loadingOlder.value = true;
    try {
      const request = olderRequest(timeline.peek(), PAGE);
      const page = await channel.messages(request);
      timeline.value = withOlder(timeline.peek(), page, page.length >= request.limit);
    } finally {
      loadingOlder.value = false;
    }
  }

  return {
    name: channel.name,
    timeline,
    members,
    phase,
    loadingOlder,
    load,
    loadOlder,
    trim() {
      timeline.value = trimmed(timeline.peek());
    },
    async join() {
      await channel.join();
      setMembers(await channel.members());
    },
    leave: () => channel.leave(),
    async send(text, files) {
      news.add(await channel.send(text, files.length > 0 ? { files } : {}));
    },
    retry: (id) => channel.retry(id),
    close() {
      stopMembers();
      stopMessages();
      news.stop();
    },
  };
}

interface Gatherer<T> {
  add(item: T): void;
  hold(): void;
  release(): void;
  stop(): void;
}

function gather<T>(use: (items: T[]) => void): Gatherer<T> {
  let items: T[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let held = false;
  const flush = (): void => {
    timer = undefined;
    const ready = items;
    items = [];
    use(ready);
  };
  const arm = (): void => {
    if (!held && items.length > 0) timer ??= setTimeout(flush, GATHER_MS);
  };
  const disarm = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    add(item) {
      items.push(item);
      arm();
    },
    hold() {
      held = true;
      disarm();
    },
    release() {
      held = false;
      arm();
    },
    stop() {
      disarm();
      items = [];
    },
  };
}
