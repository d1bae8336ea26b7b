import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signal } from '@preact/signals';
import type { ChannelEntry } from './chat.ts';
import { createNotices, type Notice, type NoticeState, watchUnread } from './notices.ts';

function device(permission: NotificationPermission, answer: NotificationPermission = permission) {
  const values = new Map<string, string>();
  const kept = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
  let now = permission;
  const api = {
    permission: () => now,
    async ask() {
      now = answer;
      return now;
    },
  };
  return { visit: () => createNotices(kept, api), without: createNotices(kept, undefined) };
}

const entry = (name: string, unread: number, muted = false): ChannelEntry => ({
  ...{ name, unread, muted, joined: true, count: unread, latest: undefined },
});

function page() {
  const channels = signal<readonly ChannelEntry[]>([entry('main', 4), entry('garden', 0)]);
  const state = signal<NoticeState>('on');
  const shown: Notice[] = [];
  const later: (() => void)[] = [];
  const look = { hidden: true };
  const stop = watchUnread({
    ...{ channels, state },
    isHidden: () => look.hidden,
    show: (notice) => void shown.push(notice),
    after(_, task) {
      later.push(task);
      return () => void later.splice(later.indexOf(task), 1);
    },
  });
  const wait = (): void => {
    for (const task of later.splice(0)) task();
  };
  return { channels, state, shown, look, stop, wait, later };
}

test('nothing is shown until it is asked for, and the browser agrees', async () => {
  const { visit } = device('default', 'granted');
  const notices = visit();
  assert.equal(notices.state.value, 'off');
  await notices.set(true);
  assert.deepEqual([notices.state.value, visit().state.value], ['on', 'on']);
  const other = visit();
  await notices.set(false);
  other.refresh();
  assert.deepEqual([notices.state.value, other.state.value], ['off', 'off']);
});

test('a browser that refuses, or has none, is told apart', async () => {
  const { visit, without } = device('default', 'denied');
  const notices = visit();
  await notices.set(true);
  assert.deepEqual(
    [notices.state.value, visit().state.value, without.state.value],
    ['refused', 'refused', 'impossible'],
  );
});

test('what comes while nobody looks is shown, by channel and number; what was there before is not', () => {
  const { channels, shown, wait } = page();
  wait();
  channels.value = [entry('main', 5), entry('garden', 0)];
  channels.value = [entry('main', 6), entry('garden', 1)];
  wait();
  assert.deepEqual(shown, [
    { channel: 'main', unread: 6 },
    { channel: 'garden', unread: 1 },
  ]);
  channels.value = [entry('main', 6), entry('garden', 1)];
  wait();
  assert.equal(shown.length, 2);
});

test('what another tab has seen meanwhile, what is muted, and what one looks at is not shown', () => {
  const { channels, shown, look, wait } = page();
  channels.value = [entry('main', 5), entry('garden', 0)];
  channels.value = [entry('main', 0), entry('garden', 0)];
  wait();
  channels.value = [entry('main', 0), entry('garden', 3, true)];
  wait();
  look.hidden = false;
  channels.value = [entry('main', 2), entry('garden', 3, true)];
  wait();
  assert.deepEqual(shown, []);
});

test('it is not shown where it is switched off, nor after the end', () => {
  const { channels, state, shown, stop, wait, later } = page();
  state.value = 'off';
  channels.value = [entry('main', 5)];
  wait();
  state.value = 'on';
  channels.value = [entry('main', 6)];
  stop();
  assert.equal(later.length, 0);
  channels.value = [entry('main', 9)];
  wait();
  assert.deepEqual(shown, []);
});
