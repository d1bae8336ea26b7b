import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Envelope } from '../core/envelope/envelope.ts';
import { createMemoryBlobs } from '../platform/memory/blobs.ts';
import { createMemoryStore } from '../platform/memory/store.ts';
import { clock, random, sha256 } from '../platform/node/crypto.ts';
import { createHouse } from './house.ts';

const envelope: Envelope = {
  ...{ format: 3, key: new Uint8Array(32).fill(1), signature: new Uint8Array(64).fill(2) },
  signed: Uint8Array.of(1, 2, 3),
};

function house() {
  const verifier = { verify: async () => true, close: async () => {} };
  const store = createMemoryStore({ clock });
  return createHouse({ store, blobs: createMemoryBlobs(), verifier, clock, random, sha256 });
}

const arriving = (scope: string) => ({
  ...{ envelope, scope, time: 1, received: 1, expires: 0, hint: '', via: 'sync' as const },
});

test('an envelope for a scope that nobody answers for is refused', async () => {
  const { pipeline } = house();
  const admission = await pipeline.admit(arriving('channel:main'));
  assert.equal(admission.kind === 'refused' && admission.refusal, 'not-authorised');
});

test('the program that answers for a prefix decides on its scopes alone', async () => {
  const { pipeline, authorise } = house();
  const asked: string[] = [];
  authorise('channel:', ({ scope }) => {
    asked.push(scope);
    return { kind: 'allowed' };
  });
  authorise('mailbox:', () => ({ kind: 'refused', refusal: 'not-authorised', detail: 'full' }));
  assert.equal((await pipeline.admit(arriving('channel:main'))).kind, 'stored');
  const refused = await pipeline.admit(arriving('mailbox:dot1:0123456789abcdef'));
  assert.equal(refused.kind === 'refused' && refused.detail, 'full');
  assert.deepEqual(asked, ['channel:main']);
});
