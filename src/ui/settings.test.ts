import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createSettings } from './settings.ts';
import { language, setLanguage } from './text/text.ts';

function device(asked: readonly string[]) {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { kept, visit: () => createSettings(storage, asked, () => undefined) };
}

after(() => setLanguage('en'));

test('a language that is chosen is spoken and kept, until the browser decides again', async () => {
  const { kept, visit } = device(['de-AT', 'en']);
  const settings = visit();
  assert.equal(settings.language.value, undefined);
  await settings.speak('ar');
  assert.deepEqual([language.value, settings.language.value, visit().language.value], ['ar', 'ar', 'ar']);
  await settings.speak(undefined);
  assert.deepEqual([language.value, settings.language.value, kept.size], ['de', undefined, 0]);
});

test('other tabs follow', async () => {
  const { visit } = device(['en']);
  const [one, other] = [visit(), visit()];
  await one.speak('de');
  one.themes.choose('dark');
  other.refresh();
  assert.deepEqual([other.language.value, other.themes.theme.value], ['de', 'dark']);
});
