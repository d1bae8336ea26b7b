/** Names, mailboxes, blobs, profiles, health, metrics and the page over a real socket. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { type Profile, profileSignedBytes, profileToJson } from '../../src/core/profile.ts';
import { encodeManifest, joinChunk } from '../../src/core/seal/blob.ts';
import { random, sha256 } from '../../src/platform/node/crypto.ts';
import { sha256Hex } from '../../src/relay/blob-keeper.ts';
import { temporaryDirectory } from '../support/command.ts';
import { newPerson, type Person, sealedPost, signedPost } from '../support/signed-posts.ts';
import { sharedRelay, startTestRelay, type TestRelay } from './support.ts';

describe('services', () => {
  const shared = sharedRelay();
  let relay: TestRelay;
  before(() => {
    relay = shared.relay;
  });

  describe('usernames', () => {
    test('the first claim wins, is repeated at will, and is found', async () => {
      const [ann, eve] = [newPerson(), newPerson()];
      const first = await relay.send('POST', '/usernames/claim', await claim(ann, 'ann'));
      assert.equal(first.status, 201);
      const { ok, username, dot1, claimed_at } = first.json;
      assert.deepEqual([ok, username, dot1, typeof claimed_at], [true, 'ann', ann.dot1, 'number']);
      assert.equal((await relay.send('POST', '/usernames/claim', await claim(ann, 'ann'))).status, 200);
      const taken = await relay.send('POST', '/usernames/claim', await claim(eve, 'ann'));
      assert.equal(taken.status, 409);
      assert.deepEqual(taken.json, { error: 'username taken', claimed_by: ann.dot1, claimed_at });
      const found = { username: 'ann', dot1: ann.dot1, claimed_at };
      assert.deepEqual(await relay.list('/usernames/ann'), found);
      assert.deepEqual(await relay.list(`/usernames/by-dot1/${encodeURIComponent(ann.dot1)}`), found);
      assert.deepEqual(await relay.list(`/usernames?dot1=${ann.dot1}`), found);
      assert.deepEqual(await relay.list('/usernames?limit=1'), [found]);
    });

    test('a wrong signature, a foreign dot1 and nonsense are refused', async () => {
      const [bob, eve] = [newPerson(), newPerson()];
      await relay.post(await signedPost(bob, 'main', 'bob was here'));
      const stolen = await relay.send('POST', '/usernames/claim', await claim({ ...eve, dot1: bob.dot1 }, 'bobby'));
      assert.deepEqual([stolen.status, stolen.json.error], [400, 'dot1_mismatch']);
      const forged = { ...(await claim(bob, 'bobby')), username: 'robert' };
      assert.equal((await relay.send('POST', '/usernames/claim', forged)).json.error, 'signature verification failed');
      const empty = await relay.send('POST', '/usernames/claim', {});
      assert.match(empty.json.error, /^username must match \[a-z0-9_-\]\{3,32\}; dot1 must match /);
      assert.equal((await relay.send('GET', '/usernames/nobody')).status, 404);
      assert.deepEqual((await relay.send('GET', '/usernames/by-dot1/x')).json, { error: 'not found' });
    });

    test('a message may bear the name that its dot1 claimed, and no other', async () => {
      const [cat, dog] = [newPerson(), newPerson()];
      const named = async (person: Person) => ({
        ...(await signedPost(person, 'names', person.dot1)),
        username: 'cat',
      });
      const early = await relay.post(await named(cat));
      assert.deepEqual([early.status, early.json.error], [400, 'claim_first']);
      assert.match(early.json.detail, /"cat" has not been claimed/);
      await relay.send('POST', '/usernames/claim', await claim(cat, 'cat'));
      assert.equal((await relay.post(await named(cat))).json.message.username, 'cat');
      assert.equal((await relay.post(await named(dog))).json.error, 'username_mismatch');
    });
  });

  describe('mailboxes', () => {
    test('what is pushed waits and is pulled by a numeric cursor', async () => {
      const person = newPerson();
      const path = `/mailbox/${encodeURIComponent(person.dot1)}`;
      const bodies = await Promise.all([1, 2].map((size) => sealedPost(person, 'dm', size)));
      for (const body of bodies) assert.equal((await relay.send('POST', `${path}/push`, body)).json.ok, true);
      const { envelopes, next_cursor: cursor } = await relay.list(`${path}/pull`);
      assert.equal(typeof cursor, 'number');
      assert.deepEqual(
        envelopes.map(({ sig }: { sig: string }) => sig),
        bodies.map(({ sig }) => sig),
      );
      assert.deepEqual(envelopes[0].wraps, bodies[0]?.wraps);
      assert.deepEqual(await relay.list(`${path}/pull?since=${cursor}`), { envelopes: [], next_cursor: cursor });
      const half = await relay.list(`${path}/pull?limit=1`);
      assert.equal((await relay.list(`${path}/pull?since=${half.next_cursor}`)).envelopes.length, 1);
      assert.equal((await relay.send('POST', `${path}/push`, bodies[0])).json.deduped, true);
      assert.deepEqual(await relay.list('/messages?channel=dm'), [], 'a mailbox is no channel');
    });

    test('what is not sealed to its owner, not signed or not addressed is refused', async () => {
      const [person, other] = [newPerson(), newPerson()];
      const push = async (dot1: string, body: unknown) => relay.send('POST', `/mailbox/${dot1}/push`, body);
      assert.equal((await push(other.dot1, await sealedPost(person, 'dm', 3))).json.field, 'wraps');
      assert.equal((await push(person.dot1, { content: 'plain' })).json.field, 'version');
      assert.equal((await push('dot1:nobody', {})).json.field, 'dot1');
      const forged = { ...(await sealedPost(person, 'dm', 3)), channel: 'moved' };
      assert.match((await push(person.dot1, forged)).json.error, /^v1.2 signature rejected/);
      assert.equal((await relay.send('GET', `/mailbox/${person.dot1}/pull?since=x`)).json.field, 'since');
    });
  });

  describe('blobs', () => {
    const chunk = () => Buffer.from(joinChunk(random(100)));

    test('a sealed blob is kept under its hash and given back, whole or in part', async () => {
      const bytes = chunk();
      const path = `/blobs/${sha256Hex(bytes)}`;
      assert.equal((await relay.send('PUT', path, bytes)).status, 201);
      assert.equal((await relay.send('PUT', path, bytes)).status, 200);
      const whole = await fetch(relay.url + path);
      assert.deepEqual(Buffer.from(await whole.arrayBuffer()), bytes);
      assert.match(whole.headers.get('content-security-policy') ?? '', /sandbox/);
      assert.equal(whole.headers.get('content-disposition'), 'attachment');
      const size = bytes.length;
      for (const [range, start, end] of [
        ['0-9', 0, 10],
        ['100-', 100, size],
        ['-5', size - 5, size],
      ] as const) {
        const part = await fetch(relay.url + path, { headers: { range: `bytes=${range}` } });
        assert.equal(part.status, 206);
        assert.equal(part.headers.get('content-range'), `bytes ${start}-${end - 1}/${size}`);
        assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(start, end));
      }
      assert.equal((await relay.send('GET', path, undefined, { range: 'bytes=9999-' })).status, 416);
      const etag = whole.headers.get('etag') ?? '';
      assert.equal((await relay.send('GET', path, undefined, { 'if-none-match': etag })).status, 304);
      const head = await fetch(relay.url + path, { method: 'HEAD' });
      assert.equal(head.headers.get('content-length'), String(size));
    });

    test('plain bytes, another hash and what is absent are refused', async () => {
      const plain = Buffer.from('<script>alert(1)</script>');
      const put = (hash: string, bytes: Uint8Array) => relay.send('PUT', `/blobs/${hash}`, bytes);
      assert.equal((await put(sha256Hex(plain), plain)).json.error, 'ciphertext only');
      assert.equal((await put('00'.repeat(32), chunk())).json.field, 'sha256');
      assert.equal((await put('zz', chunk())).json.field, 'sha256');
      assert.equal((await put(sha256Hex(plain), Buffer.alloc(2_097_153))).status, 413);
      assert.equal((await relay.send('GET', `/blobs/${'00'.repeat(32)}`)).status, 404);
    });
  });

  describe('profiles', () => {
    test('a channel’s members are those whose own profile joined it and has not left', async () => {
      const [ann, bob] = [newPerson(), newPerson()];
      const reader = await relay.listen('/events?channel=club');
      await reader.settled();
      const joined = await profile(ann, 1, ['club', 'other']);
      assert.deepEqual((await relay.send('PUT', '/profiles', joined)).json, { ok: true });
      assert.equal(await reader.next(), `event: profile\ndata: ${JSON.stringify(joined)}`);
      await relay.send('PUT', '/profiles', await profile(bob, 5, ['club']));
      await reader.next();
      assert.equal((await relay.list('/profiles?channel=club')).length, 2);
      const left = await profile(ann, 2, ['other']);
      assert.equal((await relay.send('PUT', '/profiles', left)).status, 200);
      assert.equal(await reader.next(), `event: profile\ndata: ${JSON.stringify(left)}`, 'a leave is told too');
      const [only, ...rest] = await relay.list('/profiles?channel=club');
      assert.deepEqual([only.key, rest.length], [toHex(bob.signer.key), 0]);
      assert.deepEqual(await relay.list('/profiles?channel=other'), [left]);
      assert.deepEqual(await relay.list('/profiles?channel=clu'), []);
    });

    test('a version only grows', async () => {
      const person = newPerson();
      const second = await profile(person, 2, ['v']);
      assert.equal((await relay.send('PUT', '/profiles', second)).status, 200);
      assert.equal((await relay.send('PUT', '/profiles', second)).status, 200, 'the same again');
      const back = await relay.send('PUT', '/profiles', await profile(person, 1, []));
      assert.deepEqual([back.status, back.json.field, back.json.version], [409, 'version', 2]);
      assert.equal((await relay.send('PUT', '/profiles', await profile(person, 2, []))).status, 409);
      const forged = { ...(await profile(person, 3, ['v'])), name: 'Other' };
      assert.deepEqual((await relay.send('PUT', '/profiles', forged)).json.field, 'sig');
      assert.equal((await relay.send('PUT', '/profiles', 'null')).status, 400);
      assert.equal((await relay.send('GET', '/profiles')).json.field, 'channel');
    });
  });

  test('health has the published members', async () => {
    const { status, json } = await relay.send('GET', '/health');
    assert.equal(status, 200);
    const members =
      'channels iroh keys messages nodeId protocol_version protocol_versions_supported status uptime_s version';
    assert.equal(Object.keys(json).sort().join(' '), members);
    assert.deepEqual([json.status, json.iroh, json.protocol_version], ['ok', 'offline', '1.3']);
    assert.deepEqual(json.protocol_versions_supported, ['1.0', '1.1', '1.2', '1.3']);
  });

  test('channels are listed with the latest activity first', async () => {
    await relay.post({ channel: 'older', content: 'a' });
    await relay.post({ channel: 'newer', content: 'b' });
    const list: { name: string }[] = await relay.list('/channels');
    const names = list.map(({ name }) => name);
    assert.ok(names.indexOf('newer') < names.indexOf('older'));
    assert.deepEqual(Object.keys(list[0] ?? {}), ['name', 'created_at', 'message_count', 'last_activity']);
  });

  test('metrics count posts by outcome', async () => {
    await relay.post({ channel: 'counted', content: 'a' });
    const { text, headers } = await relay.send('GET', '/metrics');
    assert.match(headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(text, /pipes_relay_posts_total\{outcome="stored"\} \d+/);
    assert.match(text, /pipes_relay_commit_seconds_count [1-9]/);
    assert.match(text, /process_resident_memory_bytes \d+/);
  });

  test('there is no peer-to-peer yet, and unknown paths are 404 text', async () => {
    assert.equal((await relay.send('GET', '/ticket')).status, 503);
    const connect = await relay.send('POST', '/connect', { ticket: 'x' });
    assert.deepEqual([connect.status, typeof connect.json.error], [503, 'string']);
    for (const [method, path] of [
      ['GET', '/nope'],
      ['DELETE', '/messages'],
      ['POST', '/'],
      ['GET', '/../etc/passwd'],
    ]) {
      const { status, text, headers } = await relay.send(method as string, path as string);
      assert.deepEqual([status, text], [404, 'not found'], `${method} ${path}`);
      assert.match(headers.get('content-type') ?? '', /^text\/plain/);
    }
  });

  test('a malformed URL is 4xx and tells nothing of the inside', async () => {
    for (const path of ['/usernames/%zz', '/blobs/%', '/%', '//', '/messages?channel=%']) {
      const { status, text } = await relay.send('GET', path);
      assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
      assert.doesNotMatch(text, /\n\s+at /);
    }
  });

  test('GET / without a built page says how to build it', async () => {
    const { status, text, headers } = await relay.send('GET', '/');
    assert.equal(status, 200);
    assert.match(text, /npm run build/);
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
  });
});

test('the built page is served under its policy, precompressed where the browser can', async (context) => {
  const pageDir = temporaryDirectory();
  await mkdir(join(pageDir, 'assets'));
  await writeFile(join(pageDir, 'index.html'), '<!doctype html><title>Page</title>');
  await writeFile(join(pageDir, 'assets/app-1a2b3c4d.js'), 'plain()');
  await writeFile(join(pageDir, 'assets/app-1a2b3c4d.js.br'), 'squeezed');
  await writeFile(join(pageDir, '.secret'), 'x');
  const relay = await startTestRelay(context, { pageDir });
  const page = await relay.send('GET', '/');
  assert.match(page.text, /<title>Page/);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const again = await relay.send('GET', '/?embed=1', undefined, { 'if-none-match': page.headers.get('etag') ?? '' });
  assert.equal(again.status, 304);
  const plain = await relay.send('GET', '/assets/app-1a2b3c4d.js', undefined, { 'accept-encoding': 'identity' });
  assert.equal(plain.text, 'plain()');
  assert.match(plain.headers.get('cache-control') ?? '', /immutable/);
  assert.match(plain.headers.get('content-type') ?? '', /^text\/javascript/);
  const head = await fetch(`${relay.url}/assets/app-1a2b3c4d.js`, {
    method: 'HEAD',
    headers: { 'accept-encoding': 'br' },
  });
  assert.equal(head.headers.get('content-encoding'), 'br');
  for (const path of ['/.secret', '/assets/../.secret', '/assets/..%2f.secret', '/assets', '/none.js']) {
    assert.equal((await relay.send('GET', path)).status, 404, path);
  }
});

test('a blob that a stored message names stays, also a manifest’s chunks; others go after the grace', async (context) => {
  const { createBlobKeeper } = await import('../../src/relay/blob-keeper.ts');
  const { parsePolicy } = await import('../../src/relay/policy.ts');
  const { createMemoryStore, createMemoryBlobs } = await import('../../src/platform/memory/store.ts');
  let now = 1_000_000_000_000;
  const clock = { now: () => now, after: () => () => {} };
  const [store, blobs] = [createMemoryStore({ clock }), createMemoryBlobs({ clock })];
  const keeper = createBlobKeeper({ store, blobs, clock, policy: parsePolicy('{}', 'policy.json') });
  const full = joinChunk(random(1_048_576 + 16));
  const last = joinChunk(random(200));
  const manifest = encodeManifest([full, last].map((bytes) => ({ hash: sha256(bytes), size: bytes.length })));
  const lone = joinChunk(random(300));
  for (const bytes of [full, last, manifest, lone]) await keeper.put(sha256Hex(bytes), bytes);
  await store.commit(await keeper.naming([sha256Hex(manifest)], 0));
  assert.equal(await keeper.collect(), 0, 'within the grace');
  now += 25 * 3_600_000;
  assert.equal(await keeper.collect(), 1);
  assert.equal(await blobs.size(sha256Hex(lone)), undefined);
  assert.equal(await blobs.size(sha256Hex(last)), last.length);
  context.diagnostic('collected');
});

async function claim(person: Person, username: string): Promise<Record<string, string>> {
  const sig = toHex(await person.signer.sign(utf8(`claim:${username}:${person.dot1}`)));
  return { username, dot1: person.dot1, ed25519_pub: toHex(person.signer.key), sig };
}

async function profile(person: Person, version: number, channels: string[]): Promise<Record<string, unknown>> {
  const fields: Profile = {
    ...{ key: person.signer.key, agreementKey: person.agreement.key, name: 'Ann', version, channels, agent: false },
  };
  return profileToJson({ ...fields, signature: await person.signer.sign(profileSignedBytes(fields)) });
}
