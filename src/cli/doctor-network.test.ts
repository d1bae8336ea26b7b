import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RemotePeer } from '../runtime/api.ts';
import { findingsAbout } from './doctor-network.ts';

const path = { address: 'tls://203.0.113.9:4101', passage: 'direct', state: 'up', roundTripMs: 12.4, loss: 0 } as const;

const peer = (name: string, more: Partial<RemotePeer> = {}): RemotePeer => ({
  ...{ key: name.padEnd(64, '0'), identity: name.padEnd(64, '1'), name, addresses: [path.address] },
  ...{ isConnected: true, forwards: false, isSettled: true, paths: [{ ...path, sentBytes: 1, receivedBytes: 1 }] },
  ...{ sentBytes: 1, receivedBytes: 1, lastSeen: undefined, clockSkewMs: 0, problem: undefined, ...more },
});

const looked = (peers: readonly RemotePeer[], blocked?: ReadonlySet<string>) =>
  findingsAbout({ peers, addresses: ['tls://192.0.2.1:4101'] }, { kind: 'unknown', seen: [] }, blocked);

const of = (check: string, findings: ReturnType<typeof looked>) => findings.filter((each) => each.check === check);

test('a peer that is there is shown with its paths, one that is away with the reason and what helps', () => {
  const findings = looked([peer('a'), peer('b', { isConnected: false, problem: 'nobody answers', paths: [] })]);
  assert.deepEqual(of('peer a', findings)[0], { check: 'peer a', state: 'ok', found: 'in sync: direct 12 ms' });
  const [away] = of('peer b', findings);
  assert.deepEqual([away?.state, away?.found], ['warn', 'away: nobody answers']);
  assert.match(away?.cure ?? '', /pipes peers forget b000/);
});

test('a peer that the owner blocked is said to be, whatever else is wrong', () => {
  const findings = looked([peer('a', { isConnected: false })], new Set(['a'.padEnd(64, '1')]));
  assert.match(of('peer a', findings)[0]?.cure ?? '', /peers_blocked/);
});

test('one clock against all others is this one; one among others is that one', () => {
  const hour = 3_600_000;
  assert.equal(of('clocks', looked([peer('a'), peer('b')]))[0]?.state, 'ok');
  const [own] = of('clocks', looked([peer('a', { clockSkewMs: hour }), peer('b', { clockSkewMs: hour })]));
  assert.match(own?.found ?? '', /this machine's differs by 60 min/);
  const theirs = of('clocks', looked([peer('a', { clockSkewMs: -hour }), peer('b')]));
  assert.deepEqual(
    theirs.map(({ found }) => found),
    ['that of a differs by 60 min'],
  );
  assert.match(theirs[0]?.cure ?? '', /timedatectl/);
  assert.deepEqual(of('clocks', looked([])), [], 'of nobody nothing is known');
});

test('what relays see of this machine says whether direct paths can be found', () => {
  const about = (nat: Parameters<typeof findingsAbout>[1]) =>
    of('NAT', findingsAbout({ peers: [peer('r', { forwards: true })], addresses: [] }, nat))[0];
  const seen = [{ host: '203.0.113.1', port: 7 }];
  assert.match(about({ kind: 'one-address', seen })?.found ?? '', /203\.0\.113\.1:7\): direct paths can be found/);
  assert.equal(about({ kind: 'address-for-each', seen })?.state, 'warn');
  assert.match(about({ kind: 'some', seen })?.cure ?? '', /two tell its kind/);
  assert.match(about({ kind: 'unknown', seen: [] })?.found ?? '', /no relay answers over UDP/);
  assert.match(
    of('own addresses', findingsAbout({ peers: [], addresses: [] }, { kind: 'none', seen }))[0]?.cure ?? '',
    /relay/,
  );
});
