import assert from 'node:assert/strict';
import { test } from 'node:test';
import { natOf, natSeenBy } from './nat.ts';
import { startStunServer } from './stun.ts';

const own = ['192.168.1.7'];
const seen = (host: string, port: number) => ({ host, port });

test('the kind of a NAT follows from how several see one port', () => {
  assert.equal(natOf([], own).kind, 'unknown');
  assert.equal(natOf([seen('192.168.1.7', 5)], own).kind, 'none');
  assert.equal(natOf([seen('203.0.113.1', 5)], own).kind, 'some', 'one server cannot tell which');
  assert.equal(natOf([seen('203.0.113.1', 5), seen('203.0.113.1', 5)], own).kind, 'one-address');
  assert.equal(natOf([seen('203.0.113.1', 5), seen('203.0.113.1', 6)], own).kind, 'address-for-each');
  assert.equal(natOf([seen('203.0.113.1', 5), seen('203.0.113.2', 5)], own).kind, 'address-for-each');
});

test('servers that stay silent tell nothing, those that answer are believed', async (t) => {
  const server = await startStunServer({ host: '127.0.0.1', port: 0 });
  const silent = await startStunServer({ host: '127.0.0.1', port: 0, answersPerSecond: 0 });
  t.after(() => Promise.all([server.close(), silent.close()]));
  assert.equal((await natSeenBy([silent, server], 2)).kind, 'none');
  assert.deepEqual(await natSeenBy([]), { kind: 'unknown', seen: [] });
});
