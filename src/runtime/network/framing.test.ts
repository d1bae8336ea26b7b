import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TransportStream } from '../../core/transport.ts';
import { framed } from './framing.ts';

/** A stream that hands out `came` in those pieces, and keeps a copy of what is sent. */
function streamOf(came: readonly Uint8Array[]) {
  const sent: Uint8Array[] = [];
  const left = came.values();
  const stream = {
    receive: async () => left.next().value,
    send: async (bytes: Uint8Array) => void sent.push(bytes.slice()),
  } as unknown as TransportStream;
  return { line: framed(stream), sent };
}

const frames = [0, 1, 2, 255, 256, 16_390, 65_535, 7].map((length, n) => new Uint8Array(length).fill(n + 1));

async function everything({ line }: ReturnType<typeof streamOf>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for (let frame = await line.receive(); frame !== undefined; frame = await line.receive()) all.push(frame);
  return all;
}

describe('frames over a stream', () => {
  it('come out as they went in, wherever the stream cuts them', async () => {
    const { line, sent } = streamOf([]);
    await line.send(frames);
    const whole = Buffer.concat(sent);
    for (const size of [1, 2, 3, 1000, 16_384, 65_536, whole.length]) {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
        whole.subarray(i * size, (i + 1) * size),
      );
      assert.deepEqual((await everything(streamOf(pieces))).map(Buffer.from), frames.map(Buffer.from), `by ${size}`);
    }
  });

  it('end where the stream ends within one', async () => {
    assert.deepEqual(await everything(streamOf([Uint8Array.of(0, 3, 1, 2)])), []);
    assert.deepEqual(await everything(streamOf([Uint8Array.of(0)])), []);
  });

  it('go together in as many pieces as bound the memory, and in order', async () => {
    const { line, sent } = streamOf([]);
    const many = Array.from({ length: 50 }, (_, n) => new Uint8Array(16_000).fill(n));
    await line.send(many);
    assert.ok(sent.length > 1 && sent.every(({ length }) => length <= 131_072));
    assert.deepEqual((await everything(streamOf(sent))).map(Buffer.from), many.map(Buffer.from));
  });
});
