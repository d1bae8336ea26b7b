import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, toHex } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import {
  blobHeader,
  blobKind,
  CHUNK,
  CHUNK_OVERHEAD,
  chunkAssociated,
  chunkCount,
  chunkNonce,
  decodeManifest,
  encodeManifest,
  isBlobHeader,
  isSealedBlob,
  joinChunk,
  MANIFEST,
  manifestHashes,
  splitChunk,
} from './blob.ts';

const FULL = LIMITS.chunkBytes + CHUNK_OVERHEAD;
const hash = (byte: number) => new Uint8Array(32).fill(byte);
const manifest = (...sizes: number[]) => encodeManifest(sizes.map((size, i) => ({ hash: hash(i), size })));

test('the header tells the two kinds from everything else', () => {
  assert.equal(blobKind(blobHeader(CHUNK)), CHUNK);
  assert.equal(blobKind(blobHeader(MANIFEST)), MANIFEST);
  assert.equal(toHex(blobHeader(MANIFEST)), '5042010201000000');
  for (let at = 0; at < 8; at++) {
    const other = blobHeader(CHUNK);
    other[at] = 9;
    assert.equal(isBlobHeader(other), false, `byte ${at}`);
  }
  assert.equal(isBlobHeader(new Uint8Array()), false);
  assert.equal(isBlobHeader(blobHeader(CHUNK).subarray(0, 7)), false);
});

test('a relay keeps well-formed sealed blobs alone', () => {
  assert.equal(isSealedBlob(joinChunk(new Uint8Array(16))), true);
  assert.equal(isSealedBlob(joinChunk(new Uint8Array(15))), false);
  assert.equal(isSealedBlob(new Uint8Array(100)), false);
  assert.equal(isSealedBlob(joinChunk(new Uint8Array(FULL - 8))), true);
  assert.equal(isSealedBlob(joinChunk(new Uint8Array(FULL - 7))), false);
  assert.equal(isSealedBlob(manifest(FULL, 100)), true);
  assert.equal(isSealedBlob(concat(manifest(FULL, 100), Uint8Array.of(0))), false);
});

test('nonce and associated data tell every chunk and the last one apart', () => {
  const bindings = [0, 1, 256].flatMap((index) => [false, true].map((last) => ({ index, last })));
  assert.equal(new Set(bindings.map(({ index, last }) => toHex(chunkNonce(index, last)))).size, bindings.length);
  assert.equal(new Set(bindings.map(({ index, last }) => toHex(chunkAssociated(index, last)))).size, bindings.length);
  assert.equal(chunkNonce(1, true).length, 12);
});

test('chunks count from one, full ones first', () => {
  assert.deepEqual([0, 1, LIMITS.chunkBytes, LIMITS.chunkBytes + 1].map(chunkCount), [1, 1, 1, 2]);
});

test('a manifest reads back as it was written, and names its chunks', () => {
  assert.deepEqual(decodeManifest(manifest(FULL, FULL, 25)), [
    { hash: hash(0), size: FULL },
    { hash: hash(1), size: FULL },
    { hash: hash(2), size: 25 },
  ]);
  assert.deepEqual(manifestHashes(manifest(FULL, 25)), [toHex(hash(0)), toHex(hash(1))]);
  assert.deepEqual(manifestHashes(joinChunk(new Uint8Array(16))), []);
});

test('a manifest has one form for one file', () => {
  const wrongTotal = manifest(FULL, 25);
  wrongTotal[11] = 0;
  const cases = {
    'one chunk': manifest(25),
    'a short chunk before the last': manifest(25, 25),
    'an empty last chunk': manifest(FULL, CHUNK_OVERHEAD),
    'a last chunk too large': manifest(FULL, FULL + 1),
    'another total': wrongTotal,
    'bytes behind it': concat(manifest(FULL, 25), Uint8Array.of(0)),
    'cut off': manifest(FULL, 25).subarray(0, 80),
    'the header of a chunk': concat(blobHeader(CHUNK), manifest(FULL, 25).subarray(8)),
    'more chunks than allowed': manifest(...new Array(LIMITS.manifestChunks).fill(FULL), 25),
  };
  for (const [name, bytes] of Object.entries(cases)) assert.throws(() => decodeManifest(bytes), DecodeError, name);
});

test('a chunk of another size or header is refused', () => {
  assert.throws(() => splitChunk(manifest(FULL, 25)), DecodeError);
  assert.throws(() => splitChunk(joinChunk(new Uint8Array(15))), DecodeError);
  assert.equal(splitChunk(joinChunk(new Uint8Array(20))).length, 20);
});
