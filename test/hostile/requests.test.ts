/** Requests bent out of shape: paths, headers, ranges, framing. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ciphers, random, sha256 } from '../../src/platform/node/crypto.ts';
import { sealFile } from '../../src/runtime/files.ts';
import {
  assertDiscreet,
  assertRefused,
  exchange,
  isLinux,
  send,
  startRelayUnder,
  suiteRelay,
  withstands,
} from './support.ts';

describe('hostile requests', () => {
  const relay = suiteRelay('off');

  test('no path leads out of what the relay serves', () =>
    withstands(relay(), 64, async () => {
      const hash = '0'.repeat(64);
      const paths = [
        ...[
          '/usernames/../..',
          '/usernames/..%2f..%2fetc%2fpasswd',
          '/usernames/%2e%2e',
          '/usernames/%00',
          '/usernames/%ff',
        ],
        ...['/usernames/%', '/usernames/%zz', `/usernames/${'x'.repeat(4000)}`, '/usernames/by-dot1/../../health'],
        ...['/../package.json', '/..%2fpackage.json', '/..%5c..%5cpackage.json', '/%2e%2e/%2e%2e/package.json'],
        ...['/assets/../../package.json', '/assets/..%2f..%2f..%2fpackage.json', '/assets/%2e%2e/index.html%00.js'],
        ...[
          '//etc/passwd',
          '/etc/passwd',
          '/.git/config',
          '/identity.json',
          '/policy.json',
          '/relay.db',
          '/index.html.br',
        ],
        ...[
          `/blobs/../policy.json`,
          `/blobs/${hash}/..%2f..`,
          `/blobs/${hash}%00`,
          `/blobs/${'A'.repeat(64)}`,
          '/blobs/',
        ],
        ...['/mailbox/../pull', '/mailbox/%2e%2e/pull', '/mailbox/dot1:..%2f..%2f00000000/pull', '/channels/../admin'],
        ...[
          '/?/../..',
          '/health/..',
          '/messages/%2e%2e',
          '/events/../policy.json',
          `/${'a/'.repeat(2000)}`,
          '/messages;x=1',
        ],
      ];
      for (const path of paths) {
        const answer = await send(relay().port, 'GET', path);
        assertDiscreet(answer, path);
        assert.doesNotMatch(answer.text, /"trusted_proxies"|SQLite format|"scripts"|\[core\]/, path);
      }
      const { port } = relay();
      const absolute = await exchange(
        port,
        'GET http://elsewhere/policy.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      );
      assertDiscreet(absolute, 'absolute');
    }));

  test('every door answers every method it does not know with a refusal', () =>
    withstands(relay(), 64, async () => {
      const doors = [
        '/messages',
        '/events',
        '/usernames/claim',
        '/profiles',
        '/health',
        '/metrics',
        '/connect',
        '/ticket',
      ];
      for (const path of doors) {
        for (const method of ['DELETE', 'PATCH', 'PROPFIND', 'TRACE', 'LOCK', 'PURGE', 'SEARCH']) {
          const answer = await send(relay().port, method, path);
          assertDiscreet(answer, `${method} ${path}`);
          assert.ok(answer.status >= 400, `${method} ${path} ${answer.status}`);
        }
      }
    }));

  test('broken framing is refused, and never two requests are read as one', () =>
    withstands(relay(), 64, async () => {
      const post = (lines: string[], body: string): string =>
        ['POST /messages HTTP/1.1', 'Host: x', 'Connection: close', ...lines, '', body].join('\r\n');
      const broken = [
        post(['Content-Length: 5', 'Content-Length: 50'], 'hello'),
        post(['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
        post(['Content-Length: -1'], ''),
        post(['Content-Length: 1e3'], ''),
        post(['Transfer-Encoding: chunked'], 'fffffffffffffffffffff\r\nx'),
        post(['Transfer-Encoding: chunked'], 'zz\r\nx\r\n'),
        post(['Transfer-Encoding: chunked, identity'], 'x'),
        post(['Bad Header: x'], ''),
        post(['X: a\0b'], ''),
        `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(200_000)}\r\n\r\n`,
        `GET /${'x'.repeat(200_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
        `GET / HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(20_000)}\r\n`,
        'GET / HTTP/9.9\r\n\r\n',
        'GET\r\n\r\n',
        '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        '\0'.repeat(5000),
        'SSH-2.0-OpenSSH_9.9\r\n',
      ];
      for (const bytes of broken) {
        const answer = await exchange(relay().port, Buffer.from(bytes, 'latin1'));
        const what = JSON.stringify(bytes.slice(0, 90));
        assertDiscreet(answer, what);
        assert.ok(answer.status === 0 || answer.status >= 400, `${what}: ${answer.status}`);
      }
    }));

  test('headers that lie change nothing', () =>
    withstands(relay(), 64, async () => {
      const lies: Record<string, string>[] = [
        { 'content-type': 'application/x-www-form-urlencoded' },
        { 'content-type': `multipart/form-data; boundary=${'-'.repeat(3000)}` },
        { 'content-encoding': 'gzip' },
        { 'x-http-method-override': 'DELETE', 'x-method-override': 'PUT' },
        { 'x-original-url': '/policy.json', 'x-rewrite-url': '/policy.json' },
        { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher', forwarded: 'for=evil;host=evil' },
        { host: 'evil.example:99999' },
        { expect: 'a miracle' },
        { 'if-none-match': 'W/"x",'.repeat(500), 'if-modified-since': 'never', 'if-range': '"' },
        { 'accept-encoding': 'br;q=1e309, gzip;q=-1, *;q=', accept: '*/*,'.repeat(500) },
        { cookie: 'a=b; '.repeat(1000), authorization: 'Basic !!!!', upgrade: 'h2c', connection: 'upgrade' },
        { origin: 'null' },
        { origin: 'http://evil.example\u00ff' },
      ];
      for (const headers of lies) {
        const what = JSON.stringify(headers).slice(0, 80);
        for (const path of ['/', '/health', '/messages']) {
          assertDiscreet(await send(relay().port, 'GET', path, undefined, { headers }), what);
        }
        assertDiscreet(await send(relay().port, 'POST', '/messages', 'not JSON', { headers }), what);
      }
      const huge = 'x'.repeat(10_000);
      for (const id of ['', 'x', '-1', '0'.repeat(16), `${'f'.repeat(16)}-99999999999999999999`, '../..', huge]) {
        const head = `GET /messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\nLast-Event-ID: ${id}\r\n\r\n`;
        assertDiscreet(await exchange(relay().port, head), id.slice(0, 40));
      }
    }));

  test('ranges never bring more than the blob and never an error of ours', () =>
    withstands(relay(), 96, async () => {
      const plain = { name: 'a', type: 'text/plain', bytes: random(300_000) };
      const sealed = await sealFile(plain, { ciphers, random, sha256 });
      const blob = sealed.blobs[0];
      assert.ok(blob !== undefined);
      const path = `/blobs/${blob.hash}`;
      assert.ok((await send(relay().port, 'PUT', path, blob.bytes)).status < 300);
      const ranges = [
        ...[
          'bytes=0-0',
          'bytes=5-2',
          'bytes=-1',
          'bytes=-0',
          'bytes=-99999999999999999999',
          'bytes=99999999999-',
          'bytes=-',
        ],
        ...[
          'bytes=0-18446744073709551615',
          'bytes=abc',
          'bytes',
          'lines=1-2',
          'bytes=0x0-0xff',
          'bytes=1e3-1e4',
          'bytes=0-,0-',
        ],
        ...[`bytes=${'0-,'.repeat(1300)}0-`, `bytes=${Array.from({ length: 900 }, (_, i) => `${i}-${i}`).join(',')}`],
      ];
      for (const range of ranges) {
        const answer = await send(relay().port, 'GET', path, undefined, { headers: { range } });
        assert.ok([200, 206, 400, 416].includes(answer.status), `${range.slice(0, 40)}: ${answer.status}`);
        assert.ok(Number(answer.headers['content-length'] ?? 0) <= blob.bytes.length, range.slice(0, 40));
        if (answer.status >= 400) assertRefused(answer, range.slice(0, 40));
      }
    }));

  test('what is no sealed blob, or not of its name, is refused', () =>
    withstands(relay(), 96, async () => {
      const junk = Buffer.alloc(1000, 'junk');
      const name = Buffer.from(sha256(junk)).toString('hex');
      assertRefused(await send(relay().port, 'PUT', `/blobs/${name}`, junk), 'no ciphertext');
      const posing = Buffer.concat([Buffer.from('PB\x01\x01\x01\0\0\0', 'latin1'), junk]);
      assertRefused(await send(relay().port, 'PUT', `/blobs/${'0'.repeat(64)}`, posing), 'another name');
      assertRefused(await send(relay().port, 'PUT', `/blobs/${name}`, ''), 'empty');
      assertRefused(await send(relay().port, 'PUT', `/blobs/${name}`, Buffer.alloc((2 << 20) + 1)), 'over 2 MiB');
      assertRefused(await send(relay().port, 'PUT', `/blobs/${name.toUpperCase()}x`, posing), 'no name');
      assertRefused(await send(relay().port, 'GET', `/blobs/${name}`), 'not there', 404);
    }));
});

test('an address that no proxy vouches for is the one that limits count, whatever it claims', {
  skip: !isLinux && 'needs several loopback addresses',
}, async (context) => {
  const relay = await startRelayUnder(context, 'on', { trusted_proxies: ['127.0.0.9'] });
  await withstands(relay, 64, async () => {
    const statuses: number[] = [];
    const claims = ['10.0.0.', '::ffff:10.0.1.', '127.0.0.9, 10.0.2.'];
    for (let i = 0; i < 60; i++) {
      const headers = {
        'x-forwarded-for': `${claims[i % 3]}${i}`,
        'x-real-ip': `10.1.0.${i}`,
        forwarded: `for=10.2.0.${i}`,
      };
      const body = JSON.stringify({ content: `spoofed ${i}`, channel: 'spoof' });
      const answer = await send(relay.port, 'POST', '/messages', body, { headers });
      statuses.push(answer.status);
      if (answer.status !== 200) assertRefused(answer, `spoofed ${i}`, 429);
    }
    const taken = statuses.filter((status) => status === 200).length;
    assert.ok(taken >= 10 && taken < 20, `${taken} of 60 were taken, expected a burst of 10`);
  });
});
