import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Member } from '../runtime/api.ts';
import { createChat } from './chat.ts';
import { createMuted } from './muted.ts';
import { createOwn } from './own.ts';
import { createSeen } from './seen.ts';
import { self } from './workbench/fake.ts';
import { createFakeHome, type FakeHomeOptions, SOME_WORDS } from './workbench/fake-home.ts';
import { until } from './workbench/sample.ts';

const grace: Member = { ...self('Grace'), key: 'cc'.repeat(32), self: false };

function begin(options: FakeHomeOptions = {}) {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const home = createFakeHome({ name: 'Ada', ...options });
  const chat = createChat(home.peer, createSeen(storage, 'seen'), createMuted(storage, 'muted'), 'main');
  const visit = () => createOwn({ home, chat, storage, key: 'steps', now: () => 1e12, random: () => 0 });
  return { home, chat, visit };
}

test('one who came alone is led through the words to the invitation', async () => {
  const { chat, visit } = begin();
  const own = visit();
  await until(own.step, (step) => step === 'words');
  const recovery = own.recovery();
  await recovery.show();
  recovery.written();
  await recovery.check(SOME_WORDS.slice(0, 3));
  assert.equal(own.wordsOpen.value, false);
  await until(own.step, (step) => step === 'invite');
  own.later();
  assert.equal(own.step.value, undefined);
  chat.close();
});

test('one who came to company is not asked to invite', async () => {
  const { chat, visit } = begin({ confirmed: true, members: [self('Ada'), grace] });
  const own = visit();
  await until(own.wordsOpen, (open) => open === false);
  await until(chat.conversation.value.members, (members) => members?.length === 2);
  assert.equal(own.step.value, undefined);
  chat.close();
});

test('what was confirmed or put off in one tab is so in the other', async () => {
  const { home, chat, visit } = begin({ members: [self('Ada'), grace] });
  const [one, other] = [visit(), visit()];
  await until(one.step, (step) => step === 'words');
  await until(other.step, (step) => step === 'words');
  one.later();
  other.refresh();
  assert.equal(other.step.value, undefined);
  await home.confirmWords();
  other.refresh();
  await until(other.wordsOpen, (open) => open === false);
  chat.close();
});

test('words that cannot be read are still offered, so that the reason is seen', async () => {
  const { home, chat, visit } = begin();
  home.recoveryWords = async () => {
    throw new Error('Cannot open the root seed');
  };
  const own = visit();
  await until(own.step, (step) => step === 'words');
  chat.close();
});
