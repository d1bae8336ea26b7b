/** One identity, several installations: a restored peer goes on from the old head, and ends the lost log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../src/core/bytes.ts';
import { random, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { collect, createTestLogs } from './support.ts';

test('a restored peer names the head of its old log, once a friend has brought that back', async () => {
  const identity = signerFromSeed(random(32));
  const [old, friend] = [await createTestLogs({ signer: identity }), await createTestLogs()];
  const last = await old.logs.append('note', { text: 'before the fire' });
  await friend.logs.importEntries(old.logs.exportEntries());
  await friend.logs.follow(toHex(identity.key));
  const restored = await createTestLogs({ signer: identity });
  await restored.logs.importEntries(friend.logs.exportEntries());
  await restored.logs.append('note', { text: 'after it' });
  const [first] = await collect(restored.logs.entries({ author: (await restored.logs.own()).key }));
  assert.equal(Object.fromEntries(first?.body ?? []).previous, last.id);
  await friend.logs.importEntries(restored.logs.exportEntries());
  assert.equal(
    (await friend.logs.peers()).filter(({ distance }) => distance === 1).length,
    3,
    'identity and both logs',
  );
});

test('a revoked log ends behind its last good entry, for all who hear of it, before or after', async () => {
  const identity = signerFromSeed(random(32));
  const [lost, mine] = [await createTestLogs({ signer: identity }), await createTestLogs({ signer: identity })];
  const good = await lost.logs.append('note', { text: 'mine' });
  await mine.logs.importEntries(lost.logs.exportEntries());
  const key = (await lost.logs.own()).key;
  await lost.logs.append('note', { text: 'of the thief' });
  const revocation = await mine.logs.revoke(key);
  assert.deepEqual([revocation.kind, Object.fromEntries(revocation.body).head], ['pipes.revoke', good.id]);
  const own = () => mine.logs.exportEntries();
  const stolen = () => lost.logs.exportEntries();
  for (const order of [
    [own, stolen],
    [stolen, own],
  ]) {
    const reader = await createTestLogs();
    for (const source of order) await reader.logs.importEntries(source());
    assert.equal((await reader.ports.store.log(key))?.next, 2);
    const again = await reader.logs.importEntries(stolen());
    assert.deepEqual([again.imported, again.refused[0]?.reason, again.refused[0]?.depth], [0, 'revoked', 2]);
  }
  await lost.logs.importEntries(own());
  await assert.rejects(lost.logs.append('note', { text: 'once more' }), /this log was revoked by its identity/);
});

test("nobody revokes another's log", async () => {
  const [ann, eve] = [signerFromSeed(random(32)), signerFromSeed(random(32))];
  const [hers, theirs] = [await createTestLogs({ signer: ann }), await createTestLogs({ signer: eve })];
  await hers.logs.append('note', { text: 'hello' });
  await theirs.logs.importEntries(hers.logs.exportEntries());
  await assert.rejects(theirs.logs.revoke((await hers.logs.own()).key), /expected one that this identity certifies/);
});

test('friends of friends go along to the distance that is chosen', async () => {
  const people = await Promise.all(Array.from({ length: 4 }, () => createTestLogs()));
  const keys = await Promise.all(people.map(async ({ logs }) => (await logs.own()).key));
  for (const [n, { logs }] of people.entries()) {
    await logs.append('note', { text: `from ${n}` });
    if (n < 3) await logs.follow(keys[n + 1] ?? '', { announce: true });
  }
  for (let n = 2; n >= 0; n--)
    await people[n]?.logs.importEntries(people[n + 1]?.logs.exportEntries({ distance: 9 }) ?? []);
  for (const [distance, expected] of [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
  ] as const) {
    const stranger = await createTestLogs();
    await stranger.logs.importEntries(people[0]?.logs.exportEntries({ distance }) ?? []);
    assert.equal((await collect(stranger.logs.list())).length, expected, `distance ${distance}`);
  }
});
