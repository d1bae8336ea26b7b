import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type PiperMessage, parsePiper, timeOf, toEnvelope } from '../../core/envelope/piper.ts';
import type { Verifier } from '../../core/ports.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { clock, sha256 } from '../../platform/node/crypto.ts';
import { createVerifier } from '../../platform/node/verifier.ts';
import { createPipeline, type PipelinePorts } from './pipeline.ts';
import type { Arrival } from './types.ts';

const vectors = JSON.parse(readFileSync(new URL('../../../test/vectors/piperchat.json', import.meta.url), 'utf8'));
const fresh = { id: 'made-here', createdAt: '2026-01-01T00:00:00.000Z' };
const messageOf = (body: unknown): PiperMessage => parsePiper(body, { fresh }).message;
const genuine = messageOf(vectors.v1_1[0].envelope);

const arrival = (message: PiperMessage, more: Partial<Arrival> = {}): Arrival => ({
  envelope: toEnvelope(message),
  ...{ scope: `channel:${message.channel}`, time: timeOf(message), received: 1, expires: 0, hint: '', via: 'ingress' },
  ...more,
});

function setUp(more: Partial<PipelinePorts> = {}) {
  let checks = 0;
  const real = createVerifier();
  const verifier: Verifier = {
    ...real,
    verify(...job) {
      checks++;
      return real.verify(...job);
    },
  };
  const store = createMemoryStore({ clock });
  return { pipeline: createPipeline({ store, verifier, sha256, clock, ...more }), store, checks: () => checks };
}

test('an authentic envelope is stored, acknowledged and told to subscribers of its scope', async () => {
  const { pipeline, store } = setUp();
  const told: string[] = [];
  pipeline.subscribe('channel:', ({ scope }) => told.push(scope));
  pipeline.subscribe('mailbox:', () => assert.fail('no mailbox has news'));
  const admission = await pipeline.admit(arrival(genuine));
  assert.equal(admission.kind, 'stored');
  assert.equal((await store.latest('channel:main', 10)).length, 1);
  assert.deepEqual(told, ['channel:main']);
});

test('what is known is acknowledged again, told once and verified once', async () => {
  const { pipeline, checks } = setUp();
  let told = 0;
  pipeline.subscribe('', () => told++);
  const kinds = [];
  for (let i = 0; i < 3; i++) kinds.push((await pipeline.admit(arrival(genuine, { via: 'sync' }))).kind);
  assert.deepEqual([kinds, told, checks()], [['stored', 'known', 'known'], 1, 1]);
});

test('one envelope by two paths at once is verified once and inserted once', async () => {
  const { pipeline, checks } = setUp();
  const both = await Promise.all([pipeline.admit(arrival(genuine)), pipeline.admit(arrival(genuine))]);
  assert.deepEqual([both.map(({ kind }) => kind), checks()], [['stored', 'known'], 1]);
});

test('an envelope is placed in each scope by itself', async () => {
  const { pipeline } = setUp();
  await pipeline.admit(arrival(genuine));
  const elsewhere = await pipeline.admit(arrival(genuine, { scope: 'mailbox:dot1:0123456789abcdef' }));
  assert.equal(elsewhere.kind, 'stored');
});

test('a forged signature is refused, remembered, and does not bar the genuine envelope of the same id', async () => {
  const { pipeline, checks } = setUp();
  const forged = { ...genuine, sig: `00${'sig' in genuine ? genuine.sig.slice(2) : ''}` } as PiperMessage;
  const first = await pipeline.admit(arrival(forged));
  const second = await pipeline.admit(arrival(forged));
  assert.deepEqual(
    [first.kind === 'refused' && first.refusal, second.kind === 'refused' && second.refusal],
    ['bad-signature', 'refused-before'],
  );
  assert.equal(checks(), 1);
  assert.equal((await pipeline.admit(arrival(genuine))).kind, 'stored');
});

test('what has expired is refused before its signature is checked', async () => {
  const { pipeline, checks } = setUp();
  const admission = await pipeline.admit(arrival(genuine, { expires: 1 }));
  assert.deepEqual([admission.kind === 'refused' && admission.refusal, checks()], ['expired', 0]);
});

test('unsigned messages are taken where they enter and never from another peer', async () => {
  const { pipeline } = setUp();
  const unsigned = messageOf({ content: 'hi', author: 'eve' });
  const synced = await pipeline.admit(arrival(unsigned, { via: 'sync' }));
  assert.equal(synced.kind === 'refused' && synced.refusal, 'not-authorised');
  assert.equal((await pipeline.admit(arrival(unsigned))).kind, 'stored');
});

test('a refusal by authorisation leaves no trace in the store and may be lifted later', async () => {
  let open = false;
  const { pipeline, store } = setUp({
    authorise: () => (open ? { kind: 'allowed' } : { kind: 'refused', refusal: 'not-authorised', detail: 'closed' }),
  });
  assert.equal((await pipeline.admit(arrival(genuine))).kind, 'refused');
  assert.equal((await store.latest('channel:main', 10)).length, 0);
  open = true;
  assert.equal((await pipeline.admit(arrival(genuine))).kind, 'stored');
});

test('what authorisation adds is committed together with the placement', async () => {
  const also = [{ op: 'put', space: 'key', key: 'k', value: 'v' }] as const;
  const { pipeline, store } = setUp({ authorise: () => ({ kind: 'allowed', also }) });
  await pipeline.admit(arrival(genuine));
  assert.equal(await store.record('key', 'k'), 'v');
});

test('a subscriber that throws is reported and keeps nobody from the news', async () => {
  const errors: unknown[] = [];
  const { pipeline } = setUp({ onError: (error) => errors.push(error) });
  let told = 0;
  pipeline.subscribe('', () => {
    throw new Error('mine');
  });
  pipeline.subscribe('', () => told++);
  assert.equal((await pipeline.admit(arrival(genuine))).kind, 'stored');
  assert.deepEqual([told, errors.length], [1, 1]);
});

test('when the disk fails nothing is acknowledged, and a later try can succeed', async () => {
  const store = createMemoryStore({ clock });
  let broken = true;
  const flaky = {
    ...store,
    commit: (batch: Parameters<typeof store.commit>[0]) =>
      broken ? Promise.reject(new Error('disk')) : store.commit(batch),
  };
  const { pipeline } = setUp({ store: flaky });
  await assert.rejects(pipeline.admit(arrival(genuine)), /disk/);
  broken = false;
  assert.equal((await pipeline.admit(arrival(genuine))).kind, 'stored');
});
