import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effect } from '@preact/signals';
import { dayText, hourText, isoText, momentText, shortHourText } from '../time.ts';
import { regional } from './preferred.ts';
import { language, preferredLanguage, savedLanguage, saveLanguage, setLanguage, words } from './text.ts';

test('one and many are told apart', () => {
  assert.equal(words.sealed({ reason: 'before-you-joined' }, 1), '1 message sealed before you joined');
  assert.equal(words.sealed({ reason: 'before-you-joined' }, 1200), '1,200 messages sealed before you joined');
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

test('an hour beside a name has its half of the day, one in a narrow margin has not', () => {
  const time = new Date(2026, 2, 1, 19, 5);
  assert.match(hourText(time), /0?7:05\sPM|19:05/);
  assert.match(shortHourText(time), /^(0?7|19):05$/);
  assert.equal(shortHourText(new Date(Number.NaN)), '–');
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

test('the language is what was chosen, else the first that the browser asks for and the page has', () => {
  assert.equal(preferredLanguage(['fr', 'de-AT', 'en']), 'de');
  assert.equal(preferredLanguage(['fr', 'pt-BR']), 'en');
  assert.equal(preferredLanguage([]), 'en');
  assert.equal(preferredLanguage(['de'], 'ar'), 'ar');
  assert.equal(preferredLanguage(['de'], 'klingon'), 'de');
});

test('dates and digits are those of the region that the browser names', () => {
  assert.equal(regional('ar', ['en-GB', 'ar-EG']), 'ar-EG');
  assert.equal(regional('de', ['en-GB', 'ar-EG']), 'de');
});

test('words follow the language, and whoever draws with them draws anew', async (t) => {
  t.after(() => setLanguage('en'));
  const drawn: string[] = [];
  t.after(effect(() => void drawn.push(words.messages.today)));
  await setLanguage('de');
  assert.deepEqual(drawn, ['Today', 'Heute']);
  assert.equal(language.value, 'de');
  assert.equal(dayText(new Date(2026, 2, 1), new Date(2026, 2, 1)), 'Heute');
  assert.match(dayText(new Date(2020, 1, 2), new Date(2026, 2, 1)), /Februar 2020/);
});

test('of two languages asked for at once, the later is spoken', async (t) => {
  t.after(() => setLanguage('en'));
  await Promise.all([setLanguage('ar'), setLanguage('de')]);
  assert.equal(language.value, 'de');
});

test('what was chosen is kept for the next visit', () => {
  const held = new Map<string, string>();
  const storage = {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  };
  assert.equal(savedLanguage(storage), null);
  saveLanguage(storage, 'ar');
  assert.equal(savedLanguage(storage), 'ar');
  saveLanguage(storage, undefined);
  assert.equal(savedLanguage(storage), null);
});

test('a name keeps its own direction in a sentence of the other', async (t) => {
  t.after(() => setLanguage('en'));
  assert.equal(words.trust.about('Grace'), 'About Grace');
  assert.equal(words.trust.about('أمل'), 'About \u2068أمل\u2069');
  await setLanguage('ar');
  assert.equal(words.trust.about('Grace'), 'عن \u2068Grace\u2069');
  assert.match(words.messages.emptyTitle('main'), /\u2066#\u2068main\u2069\u2069/);
});

test('a reason that is told often is told in the language, another in its own words', async (t) => {
  t.after(() => setLanguage('en'));
  await setLanguage('de');
  const away = 'Cannot read events of http://localhost:4100/events?channel=main: no connection; is the relay running?';
  assert.equal(words.offline(away), 'Offline: Das Relay ist nicht erreichbar. Du kannst weiterschreiben.');
  assert.equal(
    words.reason('Cannot join x: expected at most 512 channels; leave one first'),
    'Du bist schon in sehr vielen Kanälen. Verlass zuerst einen.',
  );
  assert.equal(words.reason('Cannot sing: no voice'), 'Cannot sing: no voice');
  assert.equal(
    words.offline('Cannot read events of http://localhost:1/events: the moon is full'),
    'Offline: the moon is full. Du kannst weiterschreiben.',
  );
});
