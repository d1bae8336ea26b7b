import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Piper12 } from '../envelope/piper-types.ts';
import { asideId, isAside } from './aside.ts';

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const wrap = { recipient_dot1: 'dot1:0123456789abcdef', wrapped_body_key: '' };
const cipherBody = 'AAAA';
const message: Piper12 = {
  ...{ version: '1.2', id: asideId(sha256, cipherBody), channel: 'main', createdAt: '', prev: null, fromDot1: '' },
  ...{ fromEd25519Pub: '', fromX25519Pub: '', cipherBody, wraps: [wrap, wrap], attachments: [], sig: '' },
};

test('an aside has a UUID of version 8 that is made from its sealed body', () => {
  assert.match(message.id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(isAside(message, sha256), true);
  assert.notEqual(asideId(sha256, 'AAAB'), message.id);
});

test('no aside is a message with another body, with more or fewer readers, or with files', () => {
  const file = {
    filename: 'sealed',
    mime_type: 'application/vnd.pipes.sealed',
    sha256: 'ab'.repeat(32),
    size_bytes: 1,
  };
  const changes: Partial<Piper12>[] = [
    { cipherBody: 'AAAB' },
    { wraps: [wrap] },
    { wraps: [wrap, wrap, wrap] },
    { attachments: [file] },
    { id: message.id.toUpperCase() },
  ];
  for (const change of changes) assert.equal(isAside({ ...message, ...change }, sha256), false, JSON.stringify(change));
});
