import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PIECE_BYTES } from '../web/stream-frames.ts';
import { pooledFrameOf } from './frame-pool.ts';

it('frames share no memory while they are being written, and use it again afterwards', () => {
  const [one, two] = [
    pooledFrameOf(new Uint8Array(PIECE_BYTES).fill(1)),
    pooledFrameOf(new Uint8Array(PIECE_BYTES).fill(2)),
  ];
  assert.notEqual(one.frame.buffer, two.frame.buffer);
  assert.ok(one.frame.subarray(4).every((byte) => byte === 1));
  one.done();
  assert.equal(pooledFrameOf(new Uint8Array(PIECE_BYTES)).frame.buffer, one.frame.buffer);
});
