import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayText, isoText, momentText } from '../time.ts';
import { words } from './text.ts';

test('one and many are told apart', () => {
  assert.equal(words.sealed('before-you-joined', 1), '1 message sealed before you joined');
  assert.equal(words.sealed('before-you-joined', 1200), '1,200 messages sealed before you joined');
});

test('what is not sealed says who can read it', () => {
  assert.match(words.lock({ state: 'plain', signed: true }), /the relay can read this/);
  assert.match(words.lock({ state: 'plain', signed: false }), /anyone could have written it/);
  assert.equal(words.lock({ state: 'open', readers: 2 }), 'Sealed to 2 readers');
});

test('sizes are short and true', () => {
  assert.deepEqual([0, 999, 1000, 1_234_567, 50_000_000, 3_000_000_000].map(words.bytes), [
    '0 B',
    '999 B',
    '1 KB',
    '1.2 MB',
    '50 MB',
    '3 GB',
  ]);
});

test('days are today, yesterday, or a date', () => {
  const now = new Date(2026, 2, 1, 9);
  assert.equal(dayText(new Date(2026, 2, 1, 0, 1), now), 'Today');
  assert.equal(dayText(new Date(2026, 1, 28, 23), now), 'Yesterday');
  assert.match(dayText(new Date(2020, 1, 2), now), /2020/);
});

test('a time that no calendar holds is shown as a dash', () => {
  const never = new Date(Number.NaN);
  assert.deepEqual([momentText(never), isoText(never), dayText(never, new Date())], ['–', '', '–']);
});

test('the reason for being offline is said without addresses, as a sentence', () => {
  const problem =
    'Cannot read events of http://localhost:4100/events?channel=main: no connection; is the relay running?';
  assert.equal(words.offline(problem), 'Offline: no connection; is the relay running? You can go on writing.');
  assert.equal(
    words.offline('this device has no network'),
    'Offline: this device has no network. You can go on writing.',
  );
  assert.equal(words.offline(undefined), 'Offline: the relay cannot be reached. You can go on writing.');
});
