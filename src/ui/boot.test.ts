import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBoot } from './boot.ts';
import { createFakeHome, type FakeHomeOptions } from './workbench/fake-home.ts';

const bootOf = (options: FakeHomeOptions = {}, asked?: string) => {
  const home = createFakeHome(options);
  return { home, boot: createBoot({ secure: true, home, asked: () => asked }) };
};

test('without a secure context nothing is opened', async () => {
  const home = { ...createFakeHome(), find: () => assert.fail('opened') };
  const boot = createBoot({ secure: false, home, asked: () => undefined });
  await boot.start();
  assert.equal(boot.phase.value.kind, 'insecure');
});

test('a first visit makes no identity until a name is given, then joins the channel of the address', async () => {
  const { home, boot } = bootOf({ channels: [] }, 'garden');
  await boot.start();
  assert.deepEqual([boot.phase.value.kind, home.opened()], ['welcome', 0]);
  await boot.enter('Ada');
  const { value } = boot.phase;
  assert.ok(value.kind === 'chat' && value.channel === 'garden');
  assert.equal(value.peer.identity.name, 'Ada');
  assert.deepEqual(home.told, ['named'], 'other tabs come in by it once it has its name');
  assert.deepEqual(await value.peer.channels(), [{ name: 'garden', joined: true, count: 0, latest: undefined }]);
});

test('an identity with a name goes straight on, one that is called by its dot1 is asked for one', async () => {
  const named = bootOf({ present: true, name: 'Ada' });
  await named.boot.start();
  assert.equal(named.boot.phase.value.kind, 'chat');
  const unnamed = bootOf({ present: true, name: 'dot1:3fa85f6457174562' });
  await unnamed.boot.start();
  assert.deepEqual(unnamed.boot.phase.value, { kind: 'welcome', unnamed: true, entering: false, problem: undefined });
});

test('one who is in other channels than the common one is led to those', async () => {
  const channels = [
    { name: 'garden', joined: true, count: 0, latest: undefined },
    { name: 'main', joined: false, count: 0, latest: undefined },
  ];
  const { boot } = bootOf({ present: true, name: 'Ada', channels });
  await boot.start();
  assert.ok(boot.phase.value.kind === 'chat' && boot.phase.value.channel === 'garden');
});

test('what could not be opened says why and can be tried again', async () => {
  const { home, boot } = bootOf({ present: true, name: 'Ada' });
  home.failNext('Cannot open database: the disk is full');
  await boot.start();
  assert.deepEqual(boot.phase.value, {
    kind: 'failed',
    reason: 'Cannot open database: the disk is full',
    leaving: false,
  });
  await boot.start();
  assert.equal(boot.phase.value.kind, 'chat');
});

test('a name that could not be set leaves one where one was, with the reason', async () => {
  const { home, boot } = bootOf();
  await boot.start();
  home.peer.setName = async () => {
    throw new Error('Cannot set name: the database is closed');
  };
  await boot.enter('Ada');
  const { value } = boot.phase;
  assert.ok(value.kind === 'welcome' && !value.entering);
  assert.equal(value.problem, 'Cannot set name: the database is closed');
});

test('a name that another tab gave meanwhile stays', async () => {
  const { home, boot } = bootOf();
  await boot.start();
  await home.peer.setName('Ada');
  await boot.enter('Eve');
  const { value } = boot.phase;
  assert.ok(value.kind === 'chat' && value.peer.identity.name === 'Ada');
});

test('a restored identity has the name that the relay knows', async () => {
  const { boot } = bootOf({ elsewhere: 'Ada' });
  await boot.start();
  boot.goTo('restore');
  await boot.restore(new Uint8Array(32));
  const { value } = boot.phase;
  assert.ok(value.kind === 'chat' && value.peer.identity.name === 'Ada');
});

test('a restored identity without a name is asked for one, and keeps the one it gives', async () => {
  const { boot } = bootOf();
  await boot.start();
  boot.goTo('restore');
  await boot.restore(new Uint8Array(32));
  assert.deepEqual(boot.phase.value, { kind: 'welcome', unnamed: true, entering: false, problem: undefined });
  await boot.enter('Ada');
  assert.ok(boot.phase.value.kind === 'chat' && boot.phase.value.peer.identity.name === 'Ada');
});

test('what stands against a restore is said where the words were typed', async () => {
  const { home, boot } = bootOf();
  await boot.start();
  boot.goTo('restore');
  home.failNext('Cannot use the browser’s storage');
  await boot.restore(new Uint8Array(32));
  assert.deepEqual(boot.phase.value, {
    kind: 'restore',
    restoring: false,
    problem: 'Cannot use the browser’s storage',
  });
  boot.goTo('welcome');
  assert.equal(boot.phase.value.kind, 'welcome');
});

test('after a log-out nothing is open; one that failed says so and can be tried again', async () => {
  const { home, boot } = bootOf({ present: true, name: 'Ada' });
  await boot.start();
  home.failNext('Cannot delete database: another tab uses it');
  assert.equal(await boot.leave(), false);
  assert.deepEqual(boot.phase.value, {
    kind: 'failed',
    reason: 'Cannot delete database: another tab uses it',
    leaving: true,
  });
  assert.equal(await boot.leave(), true);
  assert.equal(boot.phase.value.kind, 'left');
  await boot.start();
  assert.deepEqual(boot.phase.value, { kind: 'welcome', unnamed: false, entering: false, problem: undefined });
});

test('a tab whose person has logged out in another lets go', async () => {
  const { home, boot } = bootOf({ present: true, name: 'Ada' });
  const closed: string[] = [];
  home.close = async () => void closed.push(boot.phase.value.kind);
  await boot.start();
  await boot.toldToLeave();
  assert.deepEqual([boot.phase.value.kind, closed], ['left', ['left']]);
});
