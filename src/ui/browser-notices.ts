/** The browser behind notices.ts. */
import { computed } from '@preact/signals';
import type { Chat } from './chat.ts';
import { type NoticeApi, type Notices, watchUnread } from './notices.ts';
import { channelHref } from './route.ts';
import { words } from './text/text.ts';

/** Undefined where there are none: on telephones, pages of this kind may not show any. */
export function noticeApi(touch: boolean): NoticeApi | undefined {
  if (touch || typeof Notification !== 'function') return undefined;
  return { permission: () => Notification.permission, ask: () => Notification.requestPermission() };
}

export function showNotices(chat: Chat, { state }: Notices): () => void {
  return watchUnread({
    // Until the channels are known there is nothing to compare with.
    channels: computed(() => (chat.joined.value === undefined ? [] : chat.channels.value)),
    state,
    isHidden: () => document.visibilityState === 'hidden',
    after(ms, task) {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    show({ channel, unread }) {
      // One for each channel, from however many tabs.
      const notice = new Notification(`#${channel}`, { body: words.channels.unread(unread), tag: `pipes:${channel}` });
      notice.onclick = () => {
        window.focus();
        location.hash = channelHref(channel);
        notice.close();
      };
    },
  });
}
