import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerAddress, limitKey } from './address.ts';
import { parsePolicy } from './policy.ts';

const trusting = (...proxies: string[]) =>
  parsePolicy(JSON.stringify({ trusted_proxies: proxies }), 'policy.json').trustedProxies;

test('a forwarded address counts only from a trusted proxy', () => {
  assert.equal(callerAddress('203.0.113.9', '198.51.100.1', trusting()), '203.0.113.9');
  assert.equal(callerAddress('10.1.2.3', '198.51.100.1', trusting('10.0.0.0/8')), '198.51.100.1');
  assert.equal(callerAddress('::ffff:10.1.2.3', '198.51.100.1', trusting('10.0.0.0/8')), '198.51.100.1');
});

test('what a caller wrote before the proxy is not believed', () => {
  const proxies = trusting('10.0.0.0/8');
  assert.equal(callerAddress('10.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.2', proxies), '198.51.100.1');
  assert.equal(callerAddress('10.0.0.1', 'nonsense', proxies), '10.0.0.1');
  assert.equal(callerAddress('10.0.0.1', '198.51.100.1, nonsense', proxies), '10.0.0.1');
});

test('limits count an IPv6 household as one', () => {
  assert.equal(limitKey('2001:db8:1:2:aaaa::1'), limitKey('2001:db8:1:2:bbbb::2'));
  assert.notEqual(limitKey('2001:db8:1:2::1'), limitKey('2001:db8:1:3::1'));
  assert.equal(limitKey('::1'), '0:0:0:0');
  assert.equal(limitKey('192.0.2.1'), '192.0.2.1');
});
