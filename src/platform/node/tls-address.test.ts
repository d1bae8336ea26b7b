import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatTlsAddress, parseTlsAddress } from './tls-address.ts';

describe('addresses of the TLS transport', () => {
  it('are read as they are written, for names, IPv4 and IPv6', () => {
    const host = fc.oneof(fc.ipV4(), fc.constantFrom('::1', 'fe80::1', '2001:db8::7', 'localhost', 'a-b.example.org'));
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        assert.deepEqual(parseTlsAddress(formatTlsAddress({ host, port })), { host, port });
      }),
    );
    assert.equal(formatTlsAddress({ host: '::1', port: 4101 }), 'tls://[::1]:4101');
  });

  it('have one spelling', () => {
    for (const wrong of [
      'tls://host',
      'tls://host:',
      'tls://host:0',
      'tls://host:04101',
      'tls://host:65536',
      'tls://:1',
      'tls://HOST:1',
      'TLS://host:1',
      'tls://host:1/',
      'tls://user@host:1',
      'tls://::1:1',
      'tls://[::1]',
      'tls://[1.2.3.4]:1',
      'tls://[fe80::1%eth0]:1',
      'tls://1.2.3:1',
      'tls://1.2.3.256:1',
      'tls://a..b:1',
      'tls://-a:1',
      `tls://${'a'.repeat(64)}:1`,
      `tls://${'a.'.repeat(200)}b:1`,
      ' tls://host:1',
      'tls://host:1\n',
    ])
      assert.equal(parseTlsAddress(wrong), undefined, wrong);
  });
});
