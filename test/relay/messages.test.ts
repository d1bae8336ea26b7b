/** POST and GET /messages over a real socket: shapes, codes, duplicates, bindings. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { signedBytes, toPost } from '../../src/core/envelope/piper.ts';
import { sha256Hex } from '../../src/relay/blob-keeper.ts';
import { newPerson, type Person, sealedPost, signedPost } from '../support/signed-posts.ts';
import { sharedRelay, startTestRelay, type TestRelay } from './support.ts';

describe('messages', () => {
  const shared = sharedRelay();
  let relay: TestRelay;
  before(() => {
    relay = shared.relay;
  });

  test('a signed message is stored and served in the published shape, prev as it was signed', async () => {
    const person = newPerson();
    await relay.post(await signedPost(person, 'shape', 'first'));
    const body = await signedPost(person, 'shape', 'second <b>');
    const { status, json } = await relay.post(body);
    assert.equal(status, 200);
    assert.equal(json.ok, true);
    const expected = {
      ...{ id: body.id, channel: 'shape', version: '1.1', author: person.dot1, author_name: person.dot1 },
      ...{ pubkey: toHex(person.signer.key), pubkeyShort: toHex(person.signer.key).slice(0, 4) },
      ...{ content: 'second <b>', createdAt: body.createdAt, prev: null },
      ...{ legacy: false, signed: true, unsigned: false, encrypted: false, from_dot1: person.dot1 },
      ...{ from_ed25519_pub: toHex(person.signer.key), sig: body.sig, dot1Short: person.dot1.slice(-6) },
    };
    assert.deepEqual(json.message, expected);
    assert.deepEqual((await relay.list('/messages?channel=shape'))[1], expected);
  });

  test('a sealed message brings its cipher and wraps and no plaintext', async () => {
    const body = await sealedPost(newPerson(), 'sealed', 50);
    const { json } = await relay.post(body);
    assert.equal(json.message.content, '[encrypted v1.2 message — upgrade client]');
    assert.equal(json.message.version, '1.2');
    assert.equal(json.message.encrypted, true);
    assert.equal(json.message.cipher_body, body.cipher_body);
    assert.deepEqual(json.message.wraps, body.wraps);
    assert.equal(json.message.from_x25519_pub, body.from_x25519_pub);
  });

  test('an unsigned message is marked as such and names nobody’s address', async () => {
    const { json } = await relay.post({ content: 'hello', author: 'Ann', channel: 'Plain' });
    assert.match(json.message.pubkey, /^legacy-[0-9a-f]{8}$/);
    const { author, channel, legacy, unsigned, signed } = json.message;
    assert.deepEqual(
      { author, channel, legacy, unsigned, signed },
      {
        ...{ author: 'Ann', channel: 'plain', legacy: true, unsigned: true, signed: false },
      },
    );
  });

  test('a signed 1.0 message is taken within five minutes of now', async () => {
    const fresh = await sign10(newPerson(), Date.now());
    const { json } = await relay.post(fresh);
    assert.equal(json.message.signed, true);
    assert.equal(json.message.version, '1.0');
    assert.match(json.message.id, /^[0-9a-f]{8}-[0-9a-f]{4}-8/);
    const old = await relay.post(await sign10(newPerson(), Date.now() - 400_000));
    assert.equal(old.status, 400);
    assert.match(old.json.error, /^signature rejected: signed_at is 400s off — max allowed 300s$/);
    assert.equal(old.json.field, 'signed_at');
  });

  test('a message from far ahead is refused, lest it stay the latest for ever', async () => {
    const body = await signed(newPerson(), { createdAt: new Date(Date.now() + 3_600_000).toISOString() });
    assert.equal((await relay.post(body)).json.field, 'createdAt');
  });

  test('JSON is read whatever the content type says, also none', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense', '']) {
      const body = JSON.stringify({ content: `typed ${type}` });
      const { status } = await relay.send('POST', '/messages?channel=types', body, { 'content-type': type });
      assert.equal(status, 200, type);
    }
  });

  test('the channel of the query beats the body’s and is lower-cased', async () => {
    const { json } = await relay.send('POST', '/messages?channel=LOUD', { content: 'x', channel: 'body' });
    assert.equal(json.message.channel, 'loud');
  });

  test('what is no message is refused with the field at fault', async () => {
    const cases: [body: unknown, error: RegExp, field: string][] = [
      ['{', /^invalid JSON$/, 'body'],
      ['', /^invalid JSON$/, 'body'],
      [Buffer.from([0x22, 0xff, 0x22]), /^invalid JSON$/, 'body'],
      ['null', /./, 'body'],
      ['[]', /./, 'body'],
      ['7', /./, 'body'],
      [{}, /^content required$/, 'content'],
      [{ content: 7 }, /^content required$/, 'content'],
      [{ content: 'x', channel: 'a b' }, /^channel name must match/, 'channel'],
      [{ content: 'x', channel: null, version: 7 }, /./, 'version'],
      [{ content: 'x', pubkey: 'aa' }, /^malformed signing fields: /, 'pubkey'],
      [{ version: '1.2', wraps: {} }, /^malformed v1.2 envelope: /, 'from_dot1'],
      [{ content: 'x', username: 'ann' }, /^username requires v1.1 or v1.2 identity/, 'username'],
    ];
    for (const [body, error, field] of cases) {
      const { status, json, headers } = await relay.post(body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(headers.get('content-type') ?? '', /^application\/json/);
      assert.match(json.error, error);
      assert.equal(json.field, field, JSON.stringify(body));
    }
  });

  test('a signature that does not hold is refused in the published words', async () => {
    const body = await signedPost(newPerson(), 'main', 'true');
    const { status, json } = await relay.post({ ...body, content: 'false' });
    assert.equal(status, 400);
    assert.equal(json.error, 'v1.1 signature rejected: v1.1 signature verification failed');
    const sealed = await sealedPost(newPerson(), 'main', 5);
    const moved = await relay.post({ ...sealed, channel: 'elsewhere' });
    assert.equal(moved.json.error, 'v1.2 signature rejected: v1.2 signature verification failed');
  });

  test('a body above 2 MiB is 413 in JSON, declared or not', async () => {
    const big = Buffer.alloc(2_097_153, 0x20);
    assert.equal((await relay.post(big)).status, 413);
    const stream = new Blob([big]).stream();
    const response = await fetch(`${relay.url}/messages`, { method: 'POST', body: stream, duplex: 'half' } as never);
    assert.equal(response.status, 413);
    assert.equal(((await response.json()) as { error: string }).error, 'body too large');
  });

  test('the same again brings back the stored message', async () => {
    const person = newPerson();
    const first = await relay.post(await signedPost(person, 'twice', 'same'));
    const again = await relay.post(await signedPost(person, 'twice', 'same'));
    assert.equal(again.json.deduped, true);
    assert.equal(again.json.message.id, first.json.message.id);
    const other = await relay.post(await signedPost(newPerson(), 'twice', 'same'));
    assert.equal(other.json.deduped, undefined);
    const sealed = await sealedPost(person, 'twice', 9);
    await relay.post(sealed);
    assert.equal((await relay.post(sealed)).json.deduped, true);
    assert.equal((await relay.list('/messages?channel=twice')).length, 3);
  });

  test('equal posts at the same time are stored once', async () => {
    const person = newPerson();
    const bodies = await Promise.all(Array.from({ length: 8 }, () => signedPost(person, 'race', 'now')));
    const answers = await Promise.all(bodies.map((body) => relay.post(body)));
    assert.equal(answers.filter(({ json }) => json.deduped !== true).length, 1);
    assert.equal((await relay.list('/messages?channel=race')).length, 1);
  });

  test('another’s sealed message with the same id is no duplicate', async () => {
    const id = 'f2b1c6d0-0000-4000-8000-000000000001';
    for (const person of [newPerson(), newPerson()]) {
      const { json } = await relay.post(await signed(person, { id, content: person.dot1 }, 'ids'));
      assert.equal(json.deduped, undefined);
    }
    assert.equal((await relay.list('/messages?channel=ids')).length, 2);
  });

  test('a dot1 that derives from a key is that key’s, any other belongs to the first that signs with it', async () => {
    const [owner, thief, late] = [newPerson(), newPerson(), newPerson()];
    const claimed = await relay.post(await signed(thief, { fromDot1: owner.dot1 }));
    assert.equal(claimed.status, 200, 'nobody else is known to bear it yet');
    assert.equal((await relay.post(await signed(owner, {}))).status, 200);
    const evicted = await relay.post(await signed(thief, { fromDot1: owner.dot1, content: 'again' }));
    assert.deepEqual([evicted.status, evicted.json.error, evicted.json.field], [400, 'dot1_mismatch', 'from_dot1']);
    const free = 'dot1:00000000000000aa';
    assert.equal((await relay.post(await signed(thief, { fromDot1: free }))).status, 200);
    assert.equal((await relay.post(await signed(late, { fromDot1: free }))).json.error, 'dot1_mismatch');
  });

  test('lists take limit and since, and refuse nonsense', async () => {
    const person = newPerson();
    for (let i = 0; i < 5; i++) await relay.post(await signed(person, { content: `n${i}`, createdAt: at(i) }, 'paged'));
    const contents = async (query: string) =>
      (await relay.list(`/messages?channel=paged${query}`)).map(({ content }: { content: string }) => content);
    assert.deepEqual(await contents('&limit=2'), ['n3', 'n4']);
    assert.deepEqual(await contents(`&since=${at(1)}&limit=2`), ['n2', 'n3']);
    assert.deepEqual(await contents('&limit=0'), []);
    for (const field of ['limit', 'since']) {
      const { status, json } = await relay.send('GET', `/messages?${field}=-x`);
      assert.deepEqual([status, json.field], [400, field]);
    }
    assert.equal((await relay.send('GET', '/messages?channel=a/b')).json.field, 'channel');
  });

  test('an attachment comes back with its contents to who posts it, and as metadata to others', async () => {
    const content = Buffer.from('attached');
    const meta = { filename: 'a.txt', mime_type: 'text/plain', sha256: sha256Hex(content), size_bytes: 8 };
    const body = await signed(newPerson(), { attachments: [meta] }, 'files');
    const sent = { ...body, attachments: [{ ...meta, content_b64: content.toString('base64') }] };
    const { json } = await relay.post(sent);
    assert.deepEqual(json.message.attachments, sent.attachments);
    assert.deepEqual((await relay.list('/messages?channel=files'))[0].attachments, [meta]);
    assert.deepEqual((await relay.post(sent)).json.message.attachments, sent.attachments);
    const forged = { ...sent, attachments: [{ ...meta, content_b64: 'AAAA' }] };
    assert.equal((await relay.post(forged)).json.field, 'attachments');
  });

  test('an attachment whose blob is not here is named in the refusal', async () => {
    const meta = { filename: 'x', mime_type: 'text/plain', sha256: 'ab'.repeat(32), size_bytes: 8 };
    const { status, json } = await relay.post(await signed(newPerson(), { attachments: [meta] }));
    assert.equal(status, 400);
    assert.match(json.detail, /^blob (ab){32} is not here/);
  });
});

test('what was acknowledged is there after a restart, duplicates included', async (context) => {
  const first = await startTestRelay(context);
  const sealed = await sealedPost(newPerson(), 'kept', 20);
  await first.post(sealed);
  await first.close();
  const second = await startTestRelay(context, { dataDir: first.dataDir });
  assert.equal((await second.list('/messages?channel=kept'))[0].id, sealed.id);
  assert.equal((await second.post(sealed)).json.deduped, true);
});

const at = (second: number): string => new Date(1_700_000_000_000 + second * 1000).toISOString();

async function signed(person: Person, fields: object, channel = 'main'): Promise<Record<string, unknown>> {
  const base = {
    ...{ version: '1.1' as const, id: crypto.randomUUID(), channel, content: `c${Math.random()}` },
    ...{ createdAt: new Date().toISOString(), prev: null, fromDot1: person.dot1, sig: '', attachments: [] },
    ...{ fromEd25519Pub: toHex(person.signer.key), ...fields },
  };
  return toPost({ ...base, sig: toHex(await person.signer.sign(signedBytes(base))) });
}

async function sign10(person: Person, signedAt: number): Promise<Record<string, unknown>> {
  const pubkey = toHex(person.signer.key);
  const content = 'one point nought';
  const signature = toHex(await person.signer.sign(utf8(['v1', pubkey, 'main', signedAt, content].join('\n'))));
  return { pubkey, signature, signed_at: signedAt, channel: 'main', content, author: 'Old' };
}
