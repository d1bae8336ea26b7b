import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RemoteError } from '../../core/errors.ts';
import type { ServerEvent } from '../../core/ports.ts';
import { createEventText } from './sse.ts';

const read = (...pieces: string[]): ServerEvent[] => {
  const text = createEventText(1000);
  return pieces.flatMap((piece) => text.feed(piece));
};

const SAMPLE = [
  'data: {"a":1}\n\nid: 7-1\n\n',
  ': beat\n\n',
  'event: closed\r\ndata: one\r\ndata: two\r\nid: 9\r\n\r\n',
  'id\n\nretry: 5\n\nnonsense: x\n\ndata\n\n',
].join('');

const SAMPLE_EVENTS: ServerEvent[] = [
  { event: undefined, data: '{"a":1}', id: undefined },
  { event: undefined, data: '', id: '7-1' },
  { event: 'closed', data: 'one\ntwo', id: '9' },
  { event: undefined, data: '', id: undefined },
];

describe('event text', () => {
  it('yields data blocks, and blocks of an id alone with empty data', () => {
    assert.deepEqual(read(SAMPLE), SAMPLE_EVENTS);
  });

  it('reads the same events however the text is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(SAMPLE.length), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), SAMPLE.length];
        const pieces = at.slice(1).map((end, i) => SAMPLE.slice(at[i], end));
        assert.deepEqual(read(...pieces), SAMPLE_EVENTS);
      }),
    );
  });

  it('ignores an id with a NUL, as the standard says', () => {
    assert.deepEqual(read('id: a\0b\n\n'), []);
  });

  it('says that heartbeats come once a comment was seen', () => {
    const text = createEventText(100);
    text.feed('data: x\n\n');
    assert.equal(text.heartbeats, false);
    text.feed(':\n\n');
    assert.equal(text.heartbeats, true);
  });

  it('throws RemoteError for one endless line', () => {
    const text = createEventText(100);
    text.feed(`data: ${'x'.repeat(90)}`);
    assert.throws(() => text.feed('x'.repeat(20)), RemoteError);
  });

  it('throws RemoteError for an event of endless lines', () => {
    const text = createEventText(100);
    assert.throws(() => text.feed('data: 0123456789\n'.repeat(20)), RemoteError);
  });

  it('never throws anything else, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('\n', '\r', ':', ' ', 'id', 'data', 'x') })), (pieces) => {
        for (const event of read(...pieces)) assert.equal(typeof event.data, 'string');
      }),
    );
  });
});
