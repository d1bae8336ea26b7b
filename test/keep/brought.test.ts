/** What other peers bring under names, honest and not: packets, claims, acknowledgements. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../src/core/bytes.ts';
import { envelopeId } from '../../src/core/envelope/envelope.ts';
import { decodePacket } from '../../src/core/packet/packet.ts';
import { nameOf, toEnvelope } from '../../src/core/packet/packet-envelope.ts';
import { nameScope } from '../../src/core/scope.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';
import type { House } from '../../src/runtime/house.ts';
import { type Fields, publishedSigner } from '../compat/published-keep-client.ts';
import { stage } from './support.ts';

type Sign = ReturnType<typeof publishedSigner>;

/** Brings what that key signs, as a peer does whose clock is so far ahead. */
async function bring(house: House, sign: Sign, fields: Fields, { ahead = 0, lifeMs = 60_000 } = {}) {
  const packet = decodePacket(await sign(fields));
  const envelope = toEnvelope(packet);
  const now = house.clock.now();
  const admission = await house.pipeline.admit({
    ...{ envelope, scope: nameScope(nameOf(packet)), time: now + ahead, received: now, hint: '', via: 'sync' },
    expires: now + ahead + lifeMs,
  });
  return { id: toHex(envelopeId(sha256, envelope)), admission };
}

const waiting = async (house: House, name: string): Promise<number> =>
  (await house.store.arrivals(nameScope(name), 0, 100)).length;

test('the owner of another name makes nobody let go of a packet, nor refuse one that is still to come', async (t) => {
  const { house } = await stage(t);
  const [bob, eve, ann] = [publishedSigner(), publishedSigner(), publishedSigner()];
  await bring(house, bob, { dst: 'claim:bot:bob', src: 'bot:bob' });
  await bring(house, eve, { dst: 'claim:bot:eve', src: 'bot:eve' });
  const { id } = await bring(house, ann, { dst: 'bot:bob', src: 'bot:ann', body: 'hello', ttl: 60 });
  const later = { dst: 'bot:bob', src: 'bot:ann', body: 'later', ttl: 60, id: 'later' };
  const unborn = toHex(envelopeId(sha256, toEnvelope(decodePacket(await ann(later)))));
  const said = await bring(house, eve, { dst: 'inbox:ack', src: 'bot:eve', body: `${id} ${unborn}` });
  assert.equal(said.admission.kind, 'stored');
  assert.equal((await bring(house, ann, later)).admission.kind, 'stored');
  assert.equal(await waiting(house, 'bot:bob'), 3);
});

test('who owns no name acknowledges nothing', async (t) => {
  const { house } = await stage(t);
  const { admission } = await bring(house, publishedSigner(), { dst: 'inbox:ack', body: 'ab'.repeat(32) });
  assert.deepEqual(admission.kind === 'refused' && admission.detail, 'offline');
});

test('what was acknowledged elsewhere before it came is refused here', async (t) => {
  const { house } = await stage(t);
  const [bob, ann] = [publishedSigner(), publishedSigner()];
  await bring(house, bob, { dst: 'claim:bot:bob', src: 'bot:bob' });
  const packet = { dst: 'bot:bob', src: 'bot:ann', body: 'slow', ttl: 60 };
  const id = toHex(envelopeId(sha256, toEnvelope(decodePacket(await ann(packet)))));
  const told = new Promise<void>((resolve) => {
    const put = house.store.commit;
    house.store.commit = async (ops) => {
      const outcomes = await put(ops);
      if (ops.some((op) => op.op === 'put' && op.key.endsWith(id))) resolve();
      return outcomes;
    };
  });
  await bring(house, bob, { dst: 'inbox:ack', src: 'bot:bob', body: id });
  await told;
  const { admission } = await bring(house, ann, packet);
  assert.deepEqual(admission.kind === 'refused' && admission.detail, 'received before');
});

test('a packet by a peer whose clock is some minutes ahead is taken, one that would outlive its ttl is not', async (t) => {
  const { house } = await stage(t);
  const [bob, ann] = [publishedSigner(), publishedSigner()];
  await bring(house, bob, { dst: 'claim:bot:bob', src: 'bot:bob' });
  const packet = { dst: 'bot:bob', src: 'bot:ann', ttl: 60 };
  assert.equal((await bring(house, ann, { ...packet, id: '1' }, { ahead: 200_000 })).admission.kind, 'stored');
  const { admission } = await bring(house, ann, { ...packet, id: '2' }, { lifeMs: 900_000 });
  assert.deepEqual(admission.kind === 'refused' && admission.detail, 'it would outlive its ttl');
});
