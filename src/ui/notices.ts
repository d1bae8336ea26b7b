/**
 * Word of new messages while nobody looks at the page, by the system's notifications, where a person asked for it on
 * this device. They name the channel and how many, never who or what: systems keep what they show.
 */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { ChannelEntry } from './chat.ts';
import type { Kept } from './device.ts';

/** refused: by the browser, whose settings alone can change it. */
export type NoticeState = 'off' | 'on' | 'refused' | 'impossible';

export interface Notices {
  readonly state: ReadonlySignal<NoticeState>;
  /** Asks the browser, too, where that is still open. */
  set(on: boolean): Promise<void>;
  /** Reads again what another tab wrote. */
  refresh(): void;
}

/** What the browser has for it. */
export interface NoticeApi {
  permission(): NotificationPermission;
  ask(): Promise<NotificationPermission>;
}

const KEY = 'pipes-notices';

export function createNotices(storage: Kept, api: NoticeApi | undefined): Notices {
  const wanted = signal(storage.getItem(KEY) === 'on');
  const permission = signal(api?.permission() ?? 'denied');
  return {
    state: computed(() => {
      if (api === undefined) return 'impossible';
      if (permission.value === 'denied') return 'refused';
      return wanted.value && permission.value === 'granted' ? 'on' : 'off';
    }),
    async set(on) {
      if (on && api !== undefined) permission.value = await api.ask();
      if (on && permission.peek() === 'granted') storage.setItem(KEY, 'on');
      else storage.removeItem(KEY);
      wanted.value = storage.getItem(KEY) === 'on';
    },
    refresh() {
      wanted.value = storage.getItem(KEY) === 'on';
      permission.value = api?.permission() ?? 'denied';
    },
  };
}

export interface Notice {
  readonly channel: string;
  readonly unread: number;
}

export interface NoticeWorld {
  readonly channels: ReadonlySignal<readonly ChannelEntry[]>;
  readonly state: ReadonlySignal<NoticeState>;
  /** Nobody looks at the page. */
  isHidden(): boolean;
  show(notice: Notice): void;
  /** Runs the task a little later; returns what prevents it. */
  after(ms: number, task: () => void): () => void;
}

/** Another tab that is looked at has by then said that the messages are seen. */
const PATIENCE_MS = 1000;

/** Shows what becomes unread from now on; returns what ends it. */
export function watchUnread({ channels, state, isHidden, show, after }: NoticeWorld): () => void {
  const told = new Map<string, number>();
  const waiting = new Map<string, () => void>();
  let isFirst = true;

  function tell(name: string): void {
    waiting.delete(name);
    const entry = channels.peek().find((channel) => channel.name === name);
    if (entry === undefined || entry.muted || entry.unread <= (told.get(name) ?? 0)) return;
    told.set(name, entry.unread);
    if (state.peek() === 'on' && isHidden()) show({ channel: name, unread: entry.unread });
  }

  const stop = effect(() => {
    for (const { name, unread } of channels.value) {
      // What was unread when the page came is no news.
      if (isFirst || unread < (told.get(name) ?? 0)) told.set(name, unread);
      else if (unread > (told.get(name) ?? 0) && !waiting.has(name)) {
        waiting.set(
          name,
          after(PATIENCE_MS, () => tell(name)),
        );
      }
    }
    isFirst = channels.value.length === 0;
  });
  return () => {
    stop();
    for (const prevent of waiting.values()) prevent();
  };
}
