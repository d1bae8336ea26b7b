import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../core/bytes.ts';
import type { Hello } from '../core/sync/session/hello.ts';
import { createMemoryStore } from '../platform/memory/store.ts';
import type { RemotePeer } from '../runtime/api-network.ts';
import { createPeerGate } from './peer-gate.ts';
import { peerSeries } from './peer-metrics.ts';
import { parsePolicy } from './policy.ts';

const DAY_MS = 86_400_000;
const [ann, ben] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

/** As far as a gate looks at it. */
const helloOf = (peer: Uint8Array, identity = peer): Hello => ({
  certificate: { peer, identity, created: 0, signature: new Uint8Array(64) },
  ...{ now: 0, window: 0, name: '', addresses: [] },
});

function place(members: object, isLimited = true) {
  let now = 10 * DAY_MS;
  const clock = { now: () => now, after: () => () => {} };
  const store = createMemoryStore({ clock });
  const policy = parsePolicy(JSON.stringify(members), 'policy.json');
  return {
    open: () => createPeerGate({ store, clock, policy, isLimited, onError: (error) => assert.fail(String(error)) }),
    skip(ms: number) {
      now += ms;
    },
  };
}

test('what a peer handed over counts through a restart, until midnight', async () => {
  const { open, skip } = place({ peer_quota_per_peer_bytes: 100 });
  const before = await open();
  assert.equal(before.take(ann, 60), undefined);
  await before.flush();
  const after = await open();
  assert.match(after.take(ann, 60) ?? '', /in a day is used up/);
  assert.equal(after.take(ben, 60), undefined, 'each has a share of its own');
  assert.deepEqual(after.judge(helloOf(ben)), 'if-invited');
  assert.match(JSON.stringify(after.judge(helloOf(ann))), /it goes on after midnight UTC/);
  skip(DAY_MS);
  assert.equal(after.take(ann, 60), undefined);
});

test('all peers together have a share as well', async () => {
  const gate = await place({ peer_quota_bytes: 100 }).open();
  assert.equal(gate.take(ann, 60), undefined);
  assert.match(gate.take(ben, 60) ?? '', /what all peers may hand over/);
});

test('who is allowed or blocked may be named by peer or by identity, and blocked weighs more', async () => {
  const keys = { peers_allowed: [toHex(ann), toHex(ben)], peers_blocked: [toHex(ben)] };
  const gate = await place({ ...keys, peers: 'listed' }).open();
  const stranger = new Uint8Array(32).fill(3);
  assert.equal(gate.judge(helloOf(stranger, ann)), 'welcome');
  assert.deepEqual(gate.judge(helloOf(ann, ben)), { refused: 'not welcome here' });
  assert.match(JSON.stringify(gate.judge(helloOf(stranger))), /listed whom it lets in/);
});

test('where everybody may join, names are for those alone that the owner listed', async () => {
  const gate = await place({ peers: 'all', peers_allowed: [toHex(ann)] }).open();
  assert.deepEqual([gate.mayHaveNames(helloOf(ann)), gate.mayHaveNames(helloOf(ben))], [true, false]);
  assert.equal((await place({}).open()).mayHaveNames(helloOf(ben)), true);
});

test('a thousand peers do not make a thousand labels', () => {
  const peers = Array.from({ length: 1000 }, (_, index): RemotePeer => {
    const key = index.toString(16).padStart(64, '0').split('').reverse().join('');
    return {
      ...{ key, identity: key, name: '', addresses: [], isConnected: index >= 500, isSettled: true, forwards: false },
      ...{ paths: [], sentBytes: 1, receivedBytes: 2, lastSeen: undefined, clockSkewMs: undefined, problem: undefined },
    };
  });
  const refusals = new Map([
    ['', 3],
    [peers[999]?.key ?? '', 1],
  ]);
  const [connected, sent, , , refused] = peerSeries(peers, refusals);
  assert.equal(connected?.values.size, 101);
  assert.equal(connected?.values.get('other'), 400, 'the connected have their labels first');
  assert.equal(
    [...(sent?.values.values() ?? [])].reduce((sum, each) => sum + each, 0),
    1000,
  );
  assert.equal(refused?.values.get('other'), 4);
});
