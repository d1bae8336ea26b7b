import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { UsageError } from '../core/errors.ts';
import { type RelayFlags, relaySettings, relayUrl } from './settings.ts';

const defaults: RelayFlags = { port: '4100', keepPort: '9009', p2pPort: '4101', dataDir: './data', rateLimits: 'on' };

describe('the options of an installation', () => {
  it('have their defaults', () => {
    assert.deepEqual(relaySettings(defaults), {
      ...{ port: 4100, keepPort: 9009, p2pPort: 4101, dataDir: resolve('data'), rateLimits: true },
    });
  });

  it('reach the relay as it wants them', () => {
    const given = {
      ...defaults,
      port: '0',
      keepPort: 'off',
      p2pPort: '4101',
      dbPath: 'x/y.db',
      allowedOrigins: 'https://a.example, https://b.example,',
      posthogApiKey: 'phc',
      rateLimits: 'off',
      host: '127.0.0.1',
    };
    assert.deepEqual(relaySettings(given), {
      port: 0,
      keepPort: 'off',
      p2pPort: 4101,
      dataDir: resolve('data'),
      dbPath: resolve('x/y.db'),
      allowedOrigins: ['https://a.example', 'https://b.example'],
      posthogApiKey: 'phc',
      rateLimits: false,
      host: '127.0.0.1',
    });
  });

  for (const [name, flags] of [
    ['PORT', { port: '80a' }],
    ['PORT', { port: '65536' }],
    ['PORT', { port: '-1' }],
    ['PORT', { port: 'off' }],
    ['PORT', { port: '0x10' }],
    ['KEEP_PORT', { keepPort: 'of' }],
    ['P2P_PORT', { p2pPort: '1.5' }],
    ['RATE_LIMITS', { rateLimits: 'no' }],
  ] as const) {
    it(`refuse ${name}=${Object.values(flags)[0]} by name`, () => {
      assert.throws(
        () => relaySettings({ ...defaults, ...flags }),
        (error: Error) => error instanceof UsageError && error.message.startsWith(`Cannot use ${name}: expected `),
      );
    });
  }
});

describe('the relay that commands talk to', () => {
  it('is the one of this machine unless another is given', () => {
    assert.equal(relayUrl(undefined, {}), 'http://localhost:4100');
    assert.equal(relayUrl(undefined, { PORT: '5000' }), 'http://localhost:5000');
    assert.equal(relayUrl('https://relay.example/', { PORT: '5000' }), 'https://relay.example');
  });

  it('must be an http or https URL', () => {
    for (const wrong of ['relay.example', 'ftp://relay.example', '', 'javascript:alert(1)']) {
      assert.throws(() => relayUrl(wrong, {}), UsageError);
    }
  });
});
