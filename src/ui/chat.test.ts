import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChat } from './chat.ts';
import { createMuted } from './muted.ts';
import { createSeen } from './seen.ts';
import { createFakePeer, type FakeOptions, self } from './workbench/fake.ts';
import { sample, samples, until } from './workbench/sample.ts';

function storage() {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => held.set(key, value),
  };
}

function start(options: FakeOptions = {}) {
  const peer = createFakePeer({ name: 'Ada', ...options });
  const seen = createSeen(storage(), 'key');
  const chat = createChat(peer, seen, createMuted(storage(), 'key'), 'main');
  return { peer, chat };
}

test('a channel opens with its newest messages and who can read', async () => {
  const { chat } = start({ messages: samples(0, 250) });
  const conversation = chat.conversation.value;
  await until(conversation.phase, (phase) => phase === 'ready');
  assert.equal(conversation.timeline.value.messages.length, 100);
  assert.equal(conversation.timeline.value.hasOlder, true);
  assert.deepEqual(
    conversation.members.value?.map(({ name }) => name),
    ['Ada'],
  );
  await conversation.loadOlder();
  await conversation.loadOlder();
  assert.equal(conversation.timeline.value.messages.length, 250);
  chat.close();
});

test('messages that arrive together are merged at once and said aloud', async () => {
  const { chat, peer } = start();
  const { timeline, phase } = chat.conversation.value;
  await until(phase, (now) => now === 'ready');
  let changes = 0;
  const stop = timeline.subscribe(() => changes++);
  for (const message of samples(0, 500)) peer.deliver(message);
  await until(timeline, ({ messages }) => messages.length === 500);
  assert.ok(changes <= 3, `${changes} changes`);
  const said = () => chat.announcements.value.map(({ text }) => text);
  assert.deepEqual(said(), ['500 new messages', 'Grace: message 499'], 'nobody listens to so many');
  for (const message of samples(500, 502)) peer.deliver(message);
  await until(timeline, ({ messages }) => messages.length === 502);
  assert.deepEqual(said().slice(-2), ['Grace: message 500', 'Grace: message 501']);
  for (let n = 502; n < 504; n++) peer.deliver(sample(n, { text: 'twice' }));
  await until(timeline, ({ messages }) => messages.length === 504);
  assert.deepEqual(said().slice(-2), ['Grace: twice', 'Grace: twice']);
  assert.equal(new Set(chat.announcements.value.map(({ id }) => id)).size, said().length);
  stop();
  chat.close();
});

test('a message that arrives while the first page is read is not lost', async () => {
  const { chat, peer } = start({ messages: samples(0, 3) });
  peer.deliver(sample(3));
  await until(chat.conversation.value.timeline, ({ messages }) => messages.length === 4);
  chat.close();
});

test('a message stays sealed aloud too', async () => {
  const { chat, peer } = start();
  await until(chat.conversation.value.phase, (phase) => phase === 'ready');
  peer.deliver(sample(1, { text: undefined, lock: { state: 'sealed', reason: 'not-for-you' } }));
  await until(chat.announcements, (said) => said.at(-1)?.text === 'Grace sent a message that stays sealed for you');
  chat.close();
});

test('an aside to another member is not said, whatever else comes with it', async () => {
  const { chat, peer } = start();
  await until(chat.conversation.value.phase, (phase) => phase === 'ready');
  const aside = { text: undefined, lock: { state: 'sealed', reason: 'not-for-you' }, aside: true } as const;
  peer.deliver(sample(1));
  peer.deliver(sample(2, aside));
  await until(chat.announcements, (said) => said.at(-1)?.text === 'Grace: message 1');
  peer.deliver(sample(3, aside));
  await until(chat.conversation.value.timeline, ({ messages }) => messages.length === 3);
  assert.equal(chat.announcements.value.at(-1)?.text, 'Grace: message 1');
  chat.close();
});

test('unread counts rise where one is not looking, and fall where one looks', async () => {
  const latest = new Date();
  const { chat } = start({
    channels: [
      { name: 'main', joined: true, count: 3, latest },
      { name: 'garden', joined: true, count: 2, latest },
      { name: 'other', joined: false, count: 9, latest },
    ],
  });
  await until(chat.channels, (channels) => channels.length === 3);
  const unread = () => Object.fromEntries(chat.channels.value.map((channel) => [channel.name, channel.unread]));
  assert.deepEqual(unread(), { garden: 2, main: 3, other: 0 });
  chat.attend(true);
  assert.deepEqual(unread(), { garden: 2, main: 0, other: 0 });
  chat.open('garden');
  assert.deepEqual(unread(), { garden: 0, main: 0, other: 0 });
  chat.close();
});

test('a muted channel says nothing aloud, and says so in the list', async () => {
  const { chat, peer } = start();
  await until(chat.conversation.value.phase, (phase) => phase === 'ready');
  await until(chat.channels, (channels) => channels.some(({ joined }) => joined));
  chat.toggleMuted('main');
  assert.equal(chat.channels.value[0]?.muted, true);
  const { timeline } = chat.conversation.value;
  peer.deliver(sample(1));
  await until(timeline, ({ messages }) => messages.length === 1);
  assert.deepEqual(chat.announcements.value, []);
  chat.close();
});

test('a link to a message loads back to it, and one to nothing says so', async () => {
  const { chat } = start({ messages: samples(0, 3000) });
  chat.open('main', sample(40).id.slice(0, 32));
  const { target, timeline } = chat.conversation.value;
  assert.equal(sample(40).id.slice(0, 32), sample(41).id.slice(0, 32), 'the samples are told apart by their ends');
  await until(target, (found) => found !== undefined);
  chat.open('main', sample(40).id);
  await until(target, (found) => found?.id === sample(40).id);
  assert.ok(timeline.value.messages.length >= 2960);
  chat.open('main', 'f'.repeat(32));
  await until(chat.problem, (problem) => problem !== undefined);
  assert.match(chat.problem.value ?? '', /not on this device/);
  chat.close();
});

test('a date leads to the first message from then on', async () => {
  const { chat } = start({ messages: samples(0, 3000) });
  const { goToTime, target } = chat.conversation.value;
  assert.equal(await goToTime(new Date(sample(100).time.getTime() - 1)), true);
  assert.equal(target.value?.id, sample(100).id);
  assert.equal(await goToTime(new Date(9e14)), true);
  assert.equal(target.value?.id, sample(2999).id, 'after all there is, the newest');
  assert.equal(await goToTime(new Date(0)), true);
  assert.equal(target.value?.id, sample(0).id);
  chat.close();
});

test('what was taken back is gone from the list', async () => {
  const { chat } = start({ sending: 'queues' });
  const { phase, timeline, send, discard } = chat.conversation.value;
  await until(phase, (now) => now === 'ready');
  await send('hasty', []);
  const { messages } = await until(timeline, ({ messages: all }) => all.length === 1);
  assert.equal(await discard(messages[0]?.id ?? ''), true);
  assert.equal(timeline.value.messages.length, 0);
  chat.close();
});

test('a channel that nobody has yet can be opened, joined and left', async () => {
  const { chat } = start();
  chat.open('fresh');
  await until(chat.joined, (joined) => joined === false);
  await chat.join();
  await until(chat.joined, (joined) => joined === true);
  await chat.leave();
  await until(chat.joined, (joined) => joined === false);
  chat.close();
});

test('a failure is told in words and forgotten with the next success', async () => {
  const { chat } = start({ sending: 'fails' });
  assert.equal(await chat.attempt(() => chat.conversation.value.send('hello', [])), false);
  assert.equal(chat.problem.value, 'Cannot send: the device has no space left');
  assert.equal(await chat.attempt(async () => undefined), true);
  assert.equal(chat.problem.value, undefined);
  chat.close();
});

test('messages that cannot be read say so, and loading can be tried again', async () => {
  const options: FakeOptions = { reading: 'fails' };
  const { chat } = start(options);
  await until(chat.conversation.value.phase, (phase) => phase === 'failed');
  chat.close();
});

test('drafts stay with their channel', () => {
  const { chat } = start();
  chat.drafts.of('main').value = { text: 'half a', files: [] };
  chat.open('garden');
  assert.equal(chat.drafts.of('garden').value.text, '');
  assert.equal(chat.drafts.of('main').value.text, 'half a');
  chat.close();
});

test('a name that was changed in another tab or on another device is shown here', async () => {
  const { chat, peer } = start();
  await peer.setName('Ada of elsewhere');
  await peer.channel('kitchen').join();
  await until(chat.me, ({ name }) => name === 'Ada of elsewhere');
  chat.close();
});

test('a new name is one’s own at once', async () => {
  const { chat } = start();
  await chat.rename('Ada King');
  assert.equal(chat.me.value.name, 'Ada King');
  assert.equal(self('x').self, true);
  chat.close();
});
