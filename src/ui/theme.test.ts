import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createThemes, THEME_KEY, type Theme } from './theme.ts';

function device() {
  const kept = new Map<string, string>();
  const applied: Theme[] = [];
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { kept, applied, tab: () => createThemes(storage, (theme) => void applied.push(theme)) };
}

test('without a choice the page looks as the system does', () => {
  const { tab, applied } = device();
  assert.equal(tab().theme.value, 'system');
  assert.deepEqual(applied, ['system']);
});

test('a choice holds for the next visit and for other tabs, until it is the system’s again', () => {
  const { tab, kept, applied } = device();
  const [first, second] = [tab(), tab()];
  first.choose('dark');
  assert.equal(second.theme.value, 'system');
  second.refresh();
  assert.equal(second.theme.value, 'dark');
  assert.equal(tab().theme.value, 'dark');
  assert.equal(applied.at(-1), 'dark');
  first.choose('system');
  assert.equal(kept.size, 0);
});

test('what is no theme is none', () => {
  const { tab, kept } = device();
  kept.set(THEME_KEY, 'javascript:alert(1)');
  assert.equal(tab().theme.value, 'system');
});

test('what runs before the first paint reads the same choice', () => {
  const script = readFileSync(new URL('./public/theme.js', import.meta.url), 'utf8');
  for (const saved of ['light', 'dark', 'else', null]) {
    const dataset: { theme?: string } = {};
    const run = new Function('localStorage', 'document', script);
    run({ getItem: (key: string) => (key === THEME_KEY ? saved : null) }, { documentElement: { dataset } });
    assert.equal(dataset.theme, saved === 'light' || saved === 'dark' ? saved : undefined);
  }
  new Function('localStorage', script)(undefined);
});
