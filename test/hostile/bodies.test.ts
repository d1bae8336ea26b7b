/** Bodies that no honest client sends. Each is turned down by name, none harms the relay, and others are served. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPerson, signedPost } from '../support/signed-posts.ts';
import {
  type Answer,
  assertDiscreet,
  assertRefused,
  exchange,
  repeatedly,
  send,
  suiteRelay,
  withstands,
} from './support.ts';

const MIB = 1 << 20;
const doors: readonly [method: string, path: string][] = [
  ['POST', '/messages'],
  ['POST', '/usernames/claim'],
  ['PUT', '/profiles'],
  ['POST', '/mailbox/dot1:0123456789abcdef/push'],
];

describe('hostile bodies', () => {
  const relay = suiteRelay('off');
  const post = (body: string | Uint8Array, query = ''): Promise<Answer> =>
    send(relay().port, 'POST', `/messages${query}`, body);

  test('what is no JSON object is refused at every door', () =>
    withstands(relay(), 64, async () => {
      const bodies = [
        '',
        ' ',
        '{',
        '{"content":',
        "{'content':1}",
        'null',
        'true',
        '0',
        '"hi"',
        '[]',
        '[{}]',
        '{}{}',
        '\0',
      ];
      const bytes = [Buffer.from([0xff, 0xfe]), Buffer.from('{"content":"\xff"}', 'latin1'), Buffer.alloc(4096)];
      for (const [method, path] of doors) {
        for (const body of [...bodies, ...bytes]) {
          assertRefused(
            await send(relay().port, method, path, body),
            `${method} ${path} ${body.toString().slice(0, 20)}`,
          );
        }
      }
    }));

  test('wrong types in any field are refused, and the refusal names a field', () =>
    withstands(relay(), 64, async () => {
      const genuine = await signedPost(newPerson(), 'types', 'right types');
      const wrong: unknown[] = [
        null,
        true,
        0,
        -1,
        1e308,
        '',
        'x'.repeat(5000),
        [],
        [null],
        {},
        { length: 1e9 },
        { toString: 1 },
      ];
      const mayBeAnything = ['attachments', 'prev', 'version', 'channel'];
      for (const name of Object.keys(genuine)) {
        for (const value of wrong) {
          const what = `${name}: ${JSON.stringify(value).slice(0, 30)}`;
          const answer = await post(JSON.stringify({ ...genuine, [name]: value }));
          // Some absences have a meaning as published; whatever is then made of the post, the signature must fit it.
          if (mayBeAnything.includes(name) && answer.status === 200) assertDiscreet(answer, what);
          else assertRefused(answer, what);
        }
      }
      const { field } = JSON.parse((await post(JSON.stringify({ ...genuine, from_ed25519_pub: 7 }))).text);
      assert.equal(field, 'from_ed25519_pub');
    }));

  test('sealed posts with wrong wraps and bodies are refused', () =>
    withstands(relay(), 96, async () => {
      const person = await signedPost(newPerson(), 'wraps', 'x');
      const sealed = { ...person, version: '1.2', from_x25519_pub: '0'.repeat(64), cipher_body: 'A'.repeat(64) };
      const wrap = { recipient_dot1: 'dot1:0123456789abcdef', wrapped_body_key: 'A'.repeat(80) };
      for (const wraps of [{}, 'x', 1e9, [], [null], [[]], [{}], [{ ...wrap, more: 1 }], Array(10_000).fill(wrap)]) {
        assertRefused(await post(JSON.stringify({ ...sealed, wraps })), `wraps ${JSON.stringify(wraps).slice(0, 40)}`);
      }
      for (const cipher_body of ['', '=', 'A', '!!!!', 'A'.repeat(1_500_000), 5, {}]) {
        const body = JSON.stringify({ ...sealed, cipher_body, wraps: [wrap] });
        assertRefused(await post(body), `cipher_body ${String(cipher_body).slice(0, 20)}`);
      }
    }));

  test('bodies over the limit are refused, declared or in chunks, before they are held', () =>
    withstands(relay(), 128, async () => {
      for (const [method, path] of doors) {
        const declared = await exchange(
          relay().port,
          `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1099511627776\r\n\r\n{`,
        );
        assertRefused(declared, `${path} declared`, 413);
      }
      const chunk = `${MIB.toString(16)}\r\n${'x'.repeat(MIB)}\r\n`;
      const head = 'POST /messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
      assertRefused(await exchange(relay().port, `${head}${chunk.repeat(3)}0\r\n\r\n`), 'in chunks', 413);
      await repeatedly(40, 8, async () => {
        assertRefused(await exchange(relay().port, `${head}${chunk.repeat(3)}0\r\n\r\n`), 'in chunks', 413);
      });
    }));

  test('JSON of any depth costs no more than its bytes', () =>
    withstands(relay(), 160, async () => {
      const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
      for (const depth of [100, 10_000, 500_000]) {
        assertRefused(await post(deep(depth)), `depth ${depth}`);
        assertRefused(await post(`{"version":"1.1","content":"x","id":${deep(depth)}}`), `id of depth ${depth}`);
        assertRefused(await post(`{"a":`.repeat(depth > 10_000 ? 100_000 : depth)), `unclosed ${depth}`);
        assertDiscreet(await post(`{"content":"deep ${depth}","attachments":${deep(depth)}}`), `attachments ${depth}`);
      }
      assertRefused(await send(relay().port, 'PUT', '/profiles', `{"channels":${deep(100_000)}}`), 'profile');
      const many = `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":0`).join(',')}}`;
      assertRefused(await post(many), 'many members');
      assertRefused(await send(relay().port, 'PUT', '/profiles', many), 'profile of many members');
    }));

  test('names of the prototype are names like any other', () =>
    withstands(relay(), 64, async () => {
      assertRefused(await post('{"__proto__":{"content":"inherited","polluted":"yes"}}'), '__proto__');
      assertRefused(await post('{"constructor":{"prototype":{"content":"x"}}}'), 'constructor');
      const odd = '{"content":"own","__proto__":{"polluted":"yes","status":500},"constructor":1,"hasOwnProperty":1}';
      assert.equal((await post(odd)).status, 200);
      assertRefused(await post('{"content":"x","channel":"__proto__"}'), 'channel __proto__');
      for (const name of ['constructor', 'tostring', 'valueof']) {
        const history = await send(relay().port, 'GET', `/messages?channel=${name}`);
        assert.deepEqual(JSON.parse(history.text), [], name);
      }
      for (const name of ['__proto__', 'constructor', 'hasownproperty']) {
        assertRefused(await send(relay().port, 'GET', `/usernames/${name}`), name, 404);
      }
      for (const query of ['?__proto__[polluted]=yes', '?__proto__.limit=1', '?limit[__proto__]=1', '?constructor=1']) {
        assertDiscreet(await send(relay().port, 'GET', `/messages${query}`), query);
      }
      const health = await send(relay().port, 'GET', '/health');
      assert.equal(health.status, 200);
      assert.doesNotMatch(health.text, /polluted/);
    }));

  test('lone surrogates, controls and right-to-left marks neither break the history nor change it', () =>
    withstands(relay(), 64, async () => {
      const odd = ['\\ud800', '\\udc00\\ud800', 'a\\u0000b', '\\u202e\\u2066', '\\u2028', '\\ufeff', '\\uffff'];
      for (const text of odd) {
        assertDiscreet(await post(`{"content":"${text}","author":"${text}","channel":"odd"}`), text);
        assertDiscreet(await post(JSON.stringify(await signedPost(newPerson(), 'odd', JSON.parse(`"${text}"`)))), text);
      }
      const cut = await post(JSON.stringify({ content: `${'x'.repeat(4095)}😀`, channel: 'odd' }));
      assert.equal(cut.status, 200, 'a pair cut in two by the limit of 4,096');
      const history = JSON.parse((await send(relay().port, 'GET', '/messages?channel=odd')).text) as {
        content: string;
      }[];
      assert.ok(history.length > odd.length);
      const shown = new Set(history.map(({ content }) => content));
      for (const text of ['a\0b', '\u202e\u2066', '\u2028']) assert.ok(shown.has(text), JSON.stringify(text));
    }));

  test('numbers beyond all measure are refused or taken for the limit', () =>
    withstands(relay(), 64, async () => {
      const key = '1'.repeat(64);
      for (const at of ['1e308', '1e400', '-1', '-0.5', '9007199254740993', '1e-400']) {
        const body = `{"content":"x","pubkey":"${key}","signature":"${'2'.repeat(128)}","signed_at":${at}}`;
        assertRefused(await post(body), `signed_at ${at}`);
        const profile = `{"format":1,"suite":1,"features":0,"key":"${key}","agreement_key":"${key}","name":"n","version":${at},"channels":[],"sig":"${'2'.repeat(128)}"}`;
        assertRefused(await send(relay().port, 'PUT', '/profiles', profile), `version ${at}`);
      }
      const paths = [
        '/messages?limit=',
        '/messages?since=',
        '/usernames?limit=',
        '/mailbox/dot1:0123456789abcdef/pull?since=',
      ];
      for (const path of paths) {
        for (const value of ['99999999999999999999', '-1', '1e309', 'NaN', 'Infinity', '0x10', '1.5', '%00', '[]']) {
          const answer = await send(relay().port, 'GET', path + value);
          assertDiscreet(answer, path + value);
          if (answer.status !== 200) assertRefused(answer, path + value);
        }
      }
    }));

  test('forged signatures are refused, by the strict rule', () =>
    withstands(relay(), 64, async () => {
      const person = newPerson();
      const genuine = await signedPost(person, 'forged', 'genuine');
      const other = await signedPost(newPerson(), 'forged', 'genuine');
      const sig = String(genuine.sig);
      const order = 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010';
      const forgeries: Record<string, unknown>[] = [
        { sig: sig.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
        { sig: sig.slice(0, 64) + order },
        { sig: `${'0'.repeat(126)}00`, from_ed25519_pub: '0'.repeat(64) },
        { sig: `01${'0'.repeat(126)}`, from_ed25519_pub: `01${'0'.repeat(62)}` },
        { sig: sig.toUpperCase() },
        { sig: other.sig },
        { from_ed25519_pub: other.from_ed25519_pub },
        { from_dot1: other.from_dot1 },
        { content: 'changed' },
        { createdAt: '2020-01-01T00:00:00.000Z' },
        { prev: '0123456789abcdef' },
        { channel: 'elsewhere' },
      ];
      for (const forgery of forgeries) {
        assertRefused(await post(JSON.stringify({ ...genuine, ...forgery })), JSON.stringify(forgery), 400);
      }
      assertRefused(await post(JSON.stringify(genuine), '?channel=elsewhere'), 'moved by the query', 400);
      await repeatedly(600, 16, async (i) => {
        assertRefused(await post(JSON.stringify({ ...genuine, content: `forged ${i}` })), 'forged', 400);
      });
      assert.equal(JSON.parse((await send(relay().port, 'GET', '/messages?channel=forged')).text).length, 0);
      assert.equal((await post(JSON.stringify(genuine))).status, 200, 'the genuine one is still welcome');
    }));

  test('a post replayed many times at once is stored once', () =>
    withstands(relay(), 64, async () => {
      const body = JSON.stringify(await signedPost(newPerson(), 'replay', 'once'));
      const answers: Answer[] = [];
      await repeatedly(300, 32, async () => answers.push(await post(body)));
      assert.ok(answers.every(({ status }) => status === 200));
      assert.equal(answers.filter(({ text }) => JSON.parse(text).deduped !== true).length, 1);
      assert.equal(JSON.parse((await send(relay().port, 'GET', '/messages?channel=replay')).text).length, 1);
    }));
});
