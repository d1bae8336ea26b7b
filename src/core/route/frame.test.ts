import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { tagged } from '../wire.ts';
import { decodeFrame, encodeFrame, type Frame } from './frame.ts';
import { SpanSet } from './spans.ts';

const session = new Uint8Array(16).fill(7);
const open: Frame = { kind: 'open', session, window: LIMITS.routeLeastWindow, number: 1 };

const refused = (bytes: Uint8Array, field: string): void => {
  assert.throws(
    () => decodeFrame(bytes),
    (error) => error instanceof DecodeError && error.field === field,
    field,
  );
};

test('every kind of frame reads back as it was written', () => {
  const frames: Frame[] = [
    open,
    { kind: 'accept', session, heard: session, number: 3 },
    { kind: 'ping', number: 0 },
    { kind: 'pong', number: 2 ** 40, arrived: 2 ** 41 },
    { kind: 'data', seq: 1, more: false, payload: new Uint8Array(0) },
    { kind: 'data', seq: 2 ** 50, more: true, payload: new Uint8Array(1024).fill(1) },
    { kind: 'ack', taken: 0, arrived: 0, spans: [] },
    // biome-ignore format: one span a line would hide the gaps
    { kind: 'ack', taken: 5, arrived: 9, spans: [{ from: 11, to: 11 }, { from: 20, to: 30 }] },
  ];
  for (const frame of frames) assert.deepEqual(decodeFrame(encodeFrame(frame)), frame);
});

test('frames that are not in their one form are refused, by the field at fault', () => {
  const opened = encodeFrame(open);
  const changed = (at: number, byte: number) => opened.map((one, i) => (i === at ? byte : one));
  refused(new Uint8Array(0), 'kind');
  refused(Uint8Array.of(0), 'kind');
  refused(Uint8Array.of(7), 'kind');
  refused(changed(1, 2), 'version');
  refused(changed(3, 1), 'features');
  refused(encodeFrame({ ...open, window: LIMITS.routeLeastWindow - 1 }), 'window');
  refused(concat(opened, tagged(1, '')), 'tags');
  refused(Uint8Array.of(3, 1, 1), 'end');
  refused(Uint8Array.of(5, 2, 1), 'flags');
  refused(Uint8Array.of(5, 0, 0), 'seq');
  refused(Uint8Array.of(5, 1, 1, 9, 9), 'payload');
  refused(Uint8Array.of(6, 1, 1, 0, 1), 'spans');
  refused(Uint8Array.of(6, 1, 1, 1, 0), 'spans');
  refused(concat(Uint8Array.of(6, 0, 0), new Uint8Array(LIMITS.routeSpans * 2 + 2).fill(1)), 'spans');
  refused(concat(Uint8Array.of(5, 0, 1), new Uint8Array(65_533)), 'frame');
});

test('an open with an even tag that nobody knows yet is read', () => {
  assert.deepEqual(decodeFrame(concat(encodeFrame(open), tagged(2, 'later'))), open);
});

test('spans hold what a set of numbers would, and say what was new', () => {
  const step = fc.record({ from: fc.nat(60), length: fc.nat(12), forget: fc.option(fc.nat(40), { freq: 5 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const set = new SpanSet();
      const model = new Set<number>();
      for (const { from, length, forget } of steps) {
        const numbers = Array.from({ length: length + 1 }, (_, i) => from + i);
        const fresh = numbers.filter((number) => !model.has(number));
        const added = set.add({ from, to: from + length });
        assert.deepEqual(
          added.flatMap((span) => Array.from({ length: span.to - span.from + 1 }, (_, i) => span.from + i)),
          fresh,
        );
        for (const number of numbers) model.add(number);
        if (forget !== null) {
          set.forgetTo(forget);
          for (const number of model) if (number <= forget) model.delete(number);
        }
        for (let n = 0; n < 80; n++) assert.equal(set.has(n), model.has(n), `${n}`);
        for (let i = 1; i < set.spans.length; i++) {
          assert.ok((set.spans[i]?.from ?? 0) > (set.spans[i - 1]?.to ?? 0) + 1, 'spans stand apart');
        }
      }
    }),
  );
});
