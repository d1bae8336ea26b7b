import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askMachines } from './machines.ts';
import { setLanguage, words } from './text/text.ts';

const saying =
  (json: unknown, ok = true) =>
  async () => ({ ok, json: async () => json });

test('what the relay tells of other machines is taken, and what it does not tell is left out', async () => {
  const told = { known: 3, connected: 2, exchanging: 1 };
  assert.deepEqual(await askMachines('http://relay.example', saying({ ...told, more: 'text' })), told);
  for (const json of [
    null,
    [],
    'x',
    {},
    { ...told, known: -1 },
    { ...told, connected: '2' },
    { ...told, exchanging: 1.5 },
  ])
    assert.equal(await askMachines('http://relay.example', saying(json)), undefined, JSON.stringify(json));
  assert.equal(await askMachines('http://relay.example', saying(told, false)), undefined);
  assert.equal(await askMachines('http://relay.example', () => Promise.reject(new TypeError('away'))), undefined);
});

test('it is asked at its own address', async () => {
  const asked: string[] = [];
  await askMachines('http://relay.example', async (url) => {
    asked.push(url);
    return { ok: false, json: async () => ({}) };
  });
  assert.deepEqual(asked, ['http://relay.example/peers']);
});

test('numbers are said as each language counts', async () => {
  assert.equal(words.machines(1, 0), 'Connected with 1 other machine.');
  assert.equal(words.machines(2, 1), 'Connected with 2 other machines, catching up.');
  assert.equal(words.machines(0, 0), 'No other machine can be reached now.');
  await setLanguage('de');
  assert.equal(words.machines(1, 1), 'Mit 1 anderen Rechner verbunden, holt auf.');
});
