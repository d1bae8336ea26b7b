import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createFakeRelay } from '../../../test/support/fake-relay.ts';
import { createMemoryPeer } from '../../../test/support/memory-peer.ts';
import { fromHex, utf8 } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import type { Http } from '../../core/ports.ts';
import { createVerifier } from '../../platform/node/verifier.ts';

/** The fake relay with usernames, and mailboxes that only tell of what is pushed. */
function namingRelay(t: TestContext) {
  const relay = createFakeRelay();
  const verifier = createVerifier({ workers: 1 });
  t.after(verifier.close);
  const claims = new Map<string, string>();
  let pushed: (mail: { dot1: string; text: string }) => void = () => {};
  const mail = new Promise<{ dot1: string; text: string }>((resolve) => {
    pushed = resolve;
  });
  const answer = (status: number, body: unknown) => ({
    status,
    body: utf8(JSON.stringify(body)),
    header: () => undefined,
  });
  const claim = async ({ username, dot1, ed25519_pub: key, sig }: Record<string, string>) => {
    const [pub, signature] = [fromHex(`${key}`, 32), fromHex(`${sig}`, 64)];
    assert.ok(pub && signature);
    assert.ok(await verifier.verify(pub, signature, utf8(`claim:${username}:${dot1}`)));
    if (claims.has(`${username}`)) return answer(409, { error: 'username taken' });
    claims.set(`${username}`, `${key}`);
    return answer(201, { ok: true });
  };
  const http: Http = {
    ...relay.http,
    async request(request) {
      const [, room, name = ''] = new URL(request.url).pathname.split('/');
      if (room === 'usernames') return claim(JSON.parse(String(request.body)));
      if (room === 'names') return answer(200, { person: claims.get(decodeURIComponent(name)) });
      if (room !== 'mailbox' || request.method !== 'POST') return relay.http.request(request);
      pushed({ dot1: decodeURIComponent(name), text: String(request.body) });
      return answer(200, { ok: true });
    },
  };
  const peer = async (more: { name?: string } = {}) => {
    const made = await createMemoryPeer({ http, relay: 'http://relay.test:4100', ...more });
    t.after(made.close);
    return made;
  };
  return { peer, profiles: relay.profiles, mail };
}

test('who claimed a username is written to by it, and nothing that is sent says where that was', async (t) => {
  const { peer, profiles, mail } = namingRelay(t);
  const [ann, ben] = [await peer({ name: 'Ann' }), await peer()];
  await ben.claimName('ben');
  assert.equal(profiles.get(ben.identity.key)?.name, 'ben', 'the keys to seal to are there before the name is');
  assert.equal(await ann.resolve('ben@relay.test:4100'), ben.identity.key);
  await ann.send('ben@relay.test', utf8('hello'));
  const { dot1, text } = await mail;
  assert.equal(dot1, ben.identity.dot1);
  assert.doesNotMatch(text, /relay\.test|@/);
});

test('a username that is taken, or can be none, is refused with the reason', async (t) => {
  const { peer } = namingRelay(t);
  const [ann, ben] = [await peer({ name: 'Ann' }), await peer({ name: 'Ben' })];
  await ann.claimName('ann');
  await assert.rejects(ben.claimName('ann'), { name: 'UsageError', message: /username taken/ });
  await assert.rejects(ben.claimName('B@n'), /expected 3 to 32 of a-z/);
  await assert.rejects(ben.send('nobody@relay.test', utf8('hello')), /nobody has claimed that username at relay\.test/);
  await assert.rejects(ben.send('carl', utf8('hello')), /expected a key of 64 hex characters, or name@relay/);
});

test('a pipe and paths are to a key: a pipe looks a name up, paths say how', async (t) => {
  const { peer } = namingRelay(t);
  const ann = await peer({ name: 'Ann' });
  await ann.claimName('ann');
  await assert.rejects(ann.pipe('ann@relay.test', 'echo/1'), /opened without a network/);
  await assert.rejects(ann.pipe('ann@elsewhere', 'echo/1'), /no machine here is called "elsewhere"/);
  assert.throws(() => ann.paths('ann@relay.test'), UsageError);
  assert.deepEqual(ann.paths(ann.identity.key), []);
});
