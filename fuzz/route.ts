/** Frames of a bond, and a bond that is given them: it refuses or goes on, within its bounds. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBond } from '../src/core/route/bond.ts';
import { decodeFrame, encodeFrame, type Frame } from '../src/core/route/frame.ts';
import { u16 } from '../src/core/wire.ts';
import { readsBack, type Target } from './target.ts';

const WINDOW = 131_072;
const own = new Uint8Array(16).fill(1);
const other = new Uint8Array(16).fill(2);
const small = fc.nat(20);
const span = fc.record({ gap: fc.integer({ min: 1, max: 9 }), length: fc.integer({ min: 1, max: 9 }) });

const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constant('open' as const),
    ...{
      session: fc.constantFrom(other, other, own),
      window: fc.integer({ min: WINDOW, max: 2 ** 40 }),
      number: small,
    },
  }),
  fc.record({
    kind: fc.constant('accept' as const),
    ...{ session: fc.constantFrom(other, new Uint8Array(16)), heard: fc.constantFrom(own, other), number: small },
  }),
  fc.record({ kind: fc.constant('ping' as const), number: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('pong' as const), number: small, arrived: small }),
  fc.record({
    kind: fc.constant('data' as const),
    ...{ seq: fc.integer({ min: 1, max: 9 }), more: fc.boolean() },
    payload: fc.constantFrom(1024, 2000).map((length) => new Uint8Array(length)),
  }),
  fc.tuple(small, small, fc.array(span, { maxLength: 4 })).map(([taken, more, list]): Frame => {
    let last = taken + more;
    const spans = list.map(({ gap, length }) => {
      const from = last + gap + 1;
      last += gap + length;
      return { from, to: last };
    });
    return { kind: 'ack', taken, arrived: taken + more, spans };
  }),
);

/** What was read is written again as it was; tags that may be skipped are left out. */
const frame: Target = {
  name: 'route-frame',
  seeds: frames.map(encodeFrame),
  check: (input) =>
    readsBack(input, decodeFrame, (read) => {
      const again = encodeFrame(read);
      return read.kind === 'open' && again.length !== input.length ? undefined : again;
    }),
};

/** A whole conversation, damaged anywhere. */
const bond: Target = {
  name: 'route-bond',
  seeds: fc.array(frames, { maxLength: 8 }).map((all) => {
    const greeting: Frame[] = [
      { kind: 'open', session: other, window: WINDOW, number: 1 },
      { kind: 'accept', session: other, heard: own, number: 1 },
    ];
    return Buffer.concat([...greeting, ...all].flatMap((one) => [u16(encodeFrame(one).length), encodeFrame(one)]));
  }),
  check(input) {
    const machine = createBond({ session: own, now: 0, windowBytes: WINDOW });
    machine.addPath('p', { group: 'g' }, 0);
    machine.addPath('q', { group: 'h' }, 0);
    machine.send(new Uint8Array(100), { urgent: true }, 0);
    machine.take(0);
    let now = 0;
    for (const piece of framesOf(input)) {
      machine.receive('p', piece, ++now);
      const { frames: out, wakeAt = 0 } = machine.take(now, 1);
      assert.ok(out.length < 20, 'it answers out of proportion');
      assert.ok(wakeAt > now, 'it would wake at once and for ever');
    }
    return now > 0;
  },
};

/** Each behind its length. */
function* framesOf(stream: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at + 2 <= stream.length; ) {
    const end = at + 2 + (stream[at] ?? 0) * 0x100 + (stream[at + 1] ?? 0);
    yield stream.slice(at + 2, end);
    at = end;
  }
}

export const routeTargets: readonly Target[] = [frame, bond];
