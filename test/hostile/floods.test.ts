/** Floods from one address, limits on: it is told 429 and waits; others are served, and memory stays where it was. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toHex } from '../../src/core/bytes.ts';
import { ciphers, random, sha256 } from '../../src/platform/node/crypto.ts';
import { sealFile } from '../../src/runtime/files.ts';
import { signProfile } from '../../src/runtime/profiles.ts';
import { newPerson, sealedPost, signedPost } from '../support/signed-posts.ts';
import { type Answer, assertRefused, isLinux, repeatedly, send, suiteRelay, withstands } from './support.ts';

describe('floods', { skip: !isLinux && 'needs several loopback addresses' }, () => {
  const relay = suiteRelay('on');

  /** Runs the flood; all that is not taken must be told to wait. Resolves to how much was taken. */
  async function flood(count: number, one: (i: number) => Promise<Answer>): Promise<number> {
    let taken = 0;
    await repeatedly(count, 16, async (i) => {
      const answer = await one(i);
      if (answer.status < 300) taken++;
      else {
        assertRefused(answer, `flood ${i}`, 429);
        assert.ok(Number(answer.headers['retry-after']) > 0, 'says when to come again');
      }
      if (i % 100 === 50) await relay().serves();
    });
    return taken;
  }

  test('claims of usernames', () =>
    withstands(relay(), 64, async () => {
      const taken = await flood(300, async (i) => {
        const { dot1, signer } = newPerson();
        const username = `flood-${i}`;
        const sig = toHex(await signer.sign(Buffer.from(`claim:${username}:${dot1}`)));
        const claim = JSON.stringify({ username, dot1, ed25519_pub: toHex(signer.key), sig });
        return send(relay().port, 'POST', '/usernames/claim', claim);
      });
      assert.ok(taken < 100, `${taken} claims were taken`);
    }));

  test('profiles', () =>
    withstands(relay(), 64, async () => {
      const channels = Array.from({ length: 256 }, (_, i) => `flood-${String(i).padStart(4, '0')}`);
      const taken = await flood(300, async () => {
        const { signer, agreement } = newPerson();
        const about = { name: 'x'.repeat(64), version: 1, channels, agent: false };
        const profile = await signProfile({ key: signer.key, agreementKey: agreement.key, ...about }, signer);
        return send(relay().port, 'PUT', '/profiles', JSON.stringify(profile));
      });
      assert.ok(taken < 100, `${taken} profiles were taken`);
    }));

  test('blobs', () =>
    withstands(relay(), 96, async () => {
      const taken = await flood(600, async () => {
        const plain = { name: 'flood', type: 'text/plain', bytes: random(10_000) };
        const { blobs } = await sealFile(plain, { ciphers, random, sha256 });
        return send(relay().port, 'PUT', `/blobs/${blobs[0]?.hash}`, blobs[0]?.bytes);
      });
      assert.ok(taken < 600, 'all blobs were taken');
    }));

  test('pushes to mailboxes', () =>
    withstands(relay(), 96, async () => {
      const taken = await flood(600, async () => {
        const person = newPerson();
        const mail = JSON.stringify(await sealedPost(person, 'mail', 2000));
        return send(relay().port, 'POST', `/mailbox/${person.dot1}/push`, mail);
      });
      assert.ok(taken < 400, `${taken} pushes were taken`);
    }));

  test('rubbish posts by one address do not close the relay for the others', () =>
    withstands(relay(), 64, async () => {
      const genuine = await signedPost(newPerson(), 'flood', 'genuine');
      let refusals = 0;
      await repeatedly(600, 16, async (i) => {
        const forged = i % 2 === 0 ? '{' : JSON.stringify({ ...genuine, content: `forged ${i}` });
        const answer = await send(relay().port, 'POST', '/messages', forged, { localAddress: '127.0.0.7' });
        assertRefused(answer, `rubbish ${i}`);
        refusals++;
        if (i % 100 === 50) await relay().serves();
      });
      assert.equal(refusals, 600);
    }));
});
