import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBoot } from './boot.ts';
import { createFakePeer } from './workbench/fake.ts';

test('without a secure context nothing is opened', async () => {
  const boot = createBoot({ secure: false, open: () => assert.fail('opened') });
  await boot.start();
  assert.equal(boot.phase.value.kind, 'insecure');
});

test('a first visit asks for a name, then goes on and joins the channel', async () => {
  const peer = createFakePeer({ channels: [] });
  const boot = createBoot({ secure: true, open: async () => peer });
  await boot.start();
  assert.equal(boot.phase.value.kind, 'welcome');
  await boot.enter('Ada', 'main');
  assert.equal(boot.phase.value.kind, 'chat');
  assert.equal(peer.identity.name, 'Ada');
  assert.deepEqual(await peer.channels(), [{ name: 'main', joined: true, count: 0, latest: undefined }]);
});

test('an identity called by its dot1 has no name yet, one with a name goes straight on', async () => {
  const unnamed = createFakePeer();
  const boot = createBoot({ secure: true, open: async () => createFakePeer({ name: unnamed.identity.dot1 }) });
  await boot.start();
  assert.equal(boot.phase.value.kind, 'welcome');
  const named = createBoot({ secure: true, open: async () => createFakePeer({ name: 'Ada' }) });
  await named.start();
  assert.equal(named.phase.value.kind, 'chat');
});

test('what could not be opened says why and can be tried again', async () => {
  let tries = 0;
  const open = async () => {
    if (tries++ === 0) throw new Error('Cannot open database: the disk is full');
    return createFakePeer({ name: 'Ada' });
  };
  const boot = createBoot({ secure: true, open });
  await boot.start();
  assert.deepEqual(boot.phase.value, { kind: 'failed', reason: 'Cannot open database: the disk is full' });
  await boot.start();
  assert.equal(boot.phase.value.kind, 'chat');
});

test('a name that could not be set leaves one where one was, with the reason', async () => {
  const peer = createFakePeer();
  peer.setName = async () => {
    throw new Error('Cannot set name: the database is closed');
  };
  const boot = createBoot({ secure: true, open: async () => peer });
  await boot.start();
  await boot.enter('Ada', 'main');
  const { value } = boot.phase;
  assert.ok(value.kind === 'welcome' && !value.entering);
  assert.equal(value.problem, 'Cannot set name: the database is closed');
});
