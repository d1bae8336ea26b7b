import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createFrameReader, creditFrame, endFrame, frameOf } from './stream-frames.ts';

/** What comes out of these chunks, and the reader's last word. */
function read(chunks: readonly Uint8Array[]): { bytes: Buffer; state: string } {
  const pieces: Uint8Array[] = [];
  const reader = createFrameReader((piece) => pieces.push(piece));
  let state = 'more';
  for (const chunk of chunks) state = reader.take(chunk);
  return { bytes: Buffer.concat(pieces), state };
}

describe('the frames of a stream', () => {
  it('bring out what was put in, however the network cuts it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 })),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        fc.boolean(),
        (pieces, cuts, ends) => {
          const wire = Buffer.concat([...pieces.map(frameOf), ends ? endFrame() : Buffer.alloc(0)]);
          const chunks = [];
          for (let at = 0, i = 0; at < wire.length; i++) {
            const size = cuts[i % cuts.length] ?? 1;
            chunks.push(wire.subarray(at, at + size));
            at += size;
          }
          assert.deepEqual(read(chunks), { bytes: Buffer.concat(pieces), state: ends ? 'ended' : 'more' });
        },
      ),
    );
  });

  it('are wrong where anything follows the end', () => {
    assert.equal(read([endFrame(), frameOf(Uint8Array.of(7))]).state, 'wrong');
    assert.equal(read([Buffer.concat([endFrame(), endFrame()])]).state, 'wrong');
  });

  it('bring credit where it is taken, after the end too, and are wrong where it is not', () => {
    const grants: number[] = [];
    const reader = createFrameReader(
      () => {},
      (bytes) => grants.push(bytes),
    );
    assert.equal(reader.take(creditFrame(0xffffff)), 'more');
    assert.equal(reader.take(endFrame()), 'ended');
    assert.equal(reader.take(creditFrame(1)), 'ended');
    assert.deepEqual(grants, [0xffffff, 1]);
    assert.equal(read([creditFrame(1)]).state, 'wrong');
  });

  it('are wrong where the first byte is unknown, and stay so', () => {
    const { bytes, state } = read([Uint8Array.of(2, 0, 0, 0, 5, 5, 5), frameOf(Uint8Array.of(1))]);
    assert.deepEqual({ size: bytes.length, state }, { size: 0, state: 'wrong' });
  });

  it('allocate nothing for what a length claims', () => {
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 1000; i++) assert.equal(read([Uint8Array.of(0, 255, 255, 255)]).state, 'more');
    assert.ok(process.memoryUsage().arrayBuffers - before < 16_777_215);
  });
});
