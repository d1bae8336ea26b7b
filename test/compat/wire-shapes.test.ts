/** The shapes and codes that published programs rely on, written down by hand from the protocol (spec/07-relay-http.md). */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PublishedPeer } from './published-peer.ts';
import { openPlace, type Place } from './relay.ts';

let place: Place;
before(async () => {
  place = await openPlace();
});
after(() => place.close());

const BASE = [
  'author',
  'author_name',
  'channel',
  'content',
  'createdAt',
  'encrypted',
  'id',
  'legacy',
  'prev',
  'pubkey',
];
const MESSAGE = [...BASE, 'pubkeyShort', 'signed', 'unsigned', 'version'];
const SIGNED = [...MESSAGE, 'from_dot1', 'from_ed25519_pub', 'dot1Short', 'sig'];
const SEALED = [...SIGNED, 'from_x25519_pub', 'cipher_body', 'wraps'];
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const keysOf = (value: object) => Object.keys(value).sort();
const get = async (path: string) => {
  const response = await fetch(place.url + path);
  return { status: response.status, body: await response.json() };
};

describe('what our relay serves', () => {
  it('has the published fields for each kind of message, in answers, lists and streams', async () => {
    const peer = new PublishedPeer(place.url, 'shapes');
    await peer.subscribe();
    const body = JSON.stringify({ content: 'plain', author: 'ann', channel: 'Shapes' });
    const plain = await peer.fetch('/messages', { method: 'POST', body });
    const answers = [plain.message, await peer.send('signed'), await peer.sendEncrypted('sealed', [])];
    assert.equal(plain.ok, true);
    assert.deepEqual(
      answers.map(keysOf),
      [MESSAGE, SIGNED, SEALED].map((keys) => keys.toSorted()),
    );
    await peer.waitFor(({ encrypted }) => encrypted);
    assert.deepEqual(peer.received, answers);
    assert.deepEqual((await get('/messages?channel=shapes')).body, answers);
    peer.close();
  });

  it('tells the three kinds apart as published clients do', async () => {
    const { body } = await get('/messages?channel=shapes');
    const flags = body.map((message: Record<string, unknown>) => [
      ...[message.version, message.legacy, message.signed, message.unsigned, message.encrypted],
    ]);
    assert.deepEqual(flags, [
      ['1.0', true, false, true, false],
      ['1.1', false, true, false, false],
      ['1.2', false, true, false, true],
    ]);
    const [, signed, sealed] = body;
    assert.equal(signed.dot1Short, signed.from_dot1.slice(-6));
    assert.equal(signed.pubkey, signed.from_ed25519_pub);
    assert.equal(signed.pubkeyShort, signed.pubkey.slice(0, 4));
    assert.equal(sealed.content, '[encrypted v1.2 message — upgrade client]');
    for (const { createdAt } of body) assert.match(createdAt, ISO);
  });

  it('stores the same message once and says deduped', async () => {
    const peer = new PublishedPeer(place.url, 'twice');
    const sealed = JSON.stringify(peer.seal('x', []));
    const [first, second] = [await peer.fetch('/messages', post(sealed)), await peer.fetch('/messages', post(sealed))];
    assert.deepEqual([first.deduped, second.deduped, second.message], [undefined, true, first.message]);
  });

  it('counts in /health and lists channels by latest activity', async () => {
    const health = (await get('/health')).body;
    const counts = ['channels', 'messages', 'keys', 'uptime_s'];
    const words = ['status', 'nodeId', 'iroh', 'version', 'protocol_version', 'protocol_versions_supported'];
    assert.deepEqual(keysOf(health), [...counts, ...words].sort());
    for (const name of counts) assert.equal(typeof health[name], 'number', name);
    assert.deepEqual([health.status, health.iroh, health.protocol_version], ['ok', 'offline', '1.3']);
    assert.deepEqual(health.protocol_versions_supported, ['1.0', '1.1', '1.2', '1.3']);
    const channels = (await get('/channels')).body;
    assert.deepEqual(
      channels.map(({ name }: { name: string }) => name),
      ['twice', 'shapes'],
    );
    assert.deepEqual(keysOf(channels[0]), ['created_at', 'last_activity', 'message_count', 'name']);
    assert.equal(channels[1].message_count, 3);
  });

  it('answers what it cannot do yet, and what it does not know, as published', async () => {
    assert.equal((await get('/ticket')).status, 503);
    const connect = await fetch(`${place.url}/connect`, post('{"ticket":"x"}'));
    assert.deepEqual([connect.status, typeof (await connect.json()).error], [503, 'string']);
    const unknown = await fetch(`${place.url}/nothing`);
    assert.deepEqual([unknown.status, await unknown.text()], [404, 'not found']);
    assert.deepEqual(await get('/usernames/nobody'), { status: 404, body: { error: 'not found' } });
  });

  it('refuses with the published words', async () => {
    const peer = new PublishedPeer(place.url, 'refusals');
    const sealed = peer.seal('x', []);
    const cases: [body: unknown, error: RegExp][] = [
      ['{bad', /^invalid JSON$/],
      [{}, /^content required$/],
      [{ content: 'x', channel: 'no spaces' }, /^channel name must match \[a-z0-9-\]\{1,32\}$/],
      [{ ...sealed, wraps: [] }, /^malformed v1\.2 envelope: wraps must be a non-empty array$/],
      [{ ...sealed, channel: 'other' }, /^v1\.2 signature rejected: /],
      [{ version: '1.1', content: 'x' }, /^malformed v1\.1 signing fields: from_dot1 must match/],
      [{ content: 'x', pubkey: 'ab' }, /^malformed signing fields: pubkey must be 64 hex chars \(got 2\)/],
      [{ content: 'x', username: 'alice' }, /^username requires v1\.1 or v1\.2 identity/],
      [{ ...sealed, username: 'nobody' }, /^claim_first$/],
    ];
    for (const [body, error] of cases) {
      const sent = post(typeof body === 'string' ? body : JSON.stringify(body));
      const { status, body: answer } = await peer.call('/messages', sent);
      assert.equal(status, 400, String(error));
      assert.match(answer.error, error);
    }
  });

  it('lets pages of any origin call, as published', async () => {
    const response = await fetch(`${place.url}/messages`, {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' },
    });
    assert.equal(response.status, 204);
    assert.ok(['*', 'https://elsewhere.example'].includes(response.headers.get('access-control-allow-origin') ?? ''));
    assert.match(response.headers.get('access-control-allow-headers') ?? '', /content-type/i);
  });
});

const post = (body: string) => ({ method: 'POST', body });
