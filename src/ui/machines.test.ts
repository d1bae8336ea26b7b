import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askMachines, askTicket, joinMachine } from './machines.ts';
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

test('who sits at the machine learns of each other one and its paths; what cannot be understood is left out', async () => {
  const path = { passage: 'relayed', state: 'up', roundTripMs: 12, loss: 3, address: '/ip4/127.0.0.1' };
  const peer = { key: 'aa', name: 'Grace', isConnected: true, isSettled: false, problem: 7, paths: [path] };
  const strange = [null, 'x', {}, { ...peer, key: 1 }];
  const paths = [{ ...path, passage: 'teleport' }, { ...path, state: 'odd' }, null];
  const peers = [peer, ...strange, { ...peer, key: 'bb', paths }];
  const told = await askMachines('http://r', saying({ known: 2, connected: 1, exchanging: 1, peers }));
  const [first, second, ...rest] = told?.peers ?? [];
  assert.deepEqual(first, {
    ...{ key: 'aa', name: 'Grace', isConnected: true, isSettled: false, problem: undefined },
    paths: [{ passage: 'relayed', state: 'up', roundTripMs: 12, loss: 1 }],
  });
  assert.deepEqual([second?.key, second?.paths, rest], ['bb', [], []]);
});

test('a ticket is given, or is not', async () => {
  assert.equal(await askTicket('http://r', saying({ ticket: 'pipes1abc' })), 'pipes1abc');
  assert.equal(await askTicket('http://r', saying({ ticket: 4 })), undefined);
  assert.equal(await askTicket('http://r', saying({}, false)), undefined);
});

test('joining tells apart who answered, who may yet, what was no ticket, and a relay that failed', async () => {
  const sent: unknown[] = [];
  const answering = (status: number, json: unknown) => async (url: string, request: object) => {
    sent.push({ url, ...request, signal: undefined });
    return { ok: status < 300, status, json: async () => json };
  };
  const join = (status: number, json: unknown) => joinMachine('http://r', ' pipes1x\n', answering(status, json));
  assert.equal(await join(200, { ok: true, connected: true }), 'connected');
  assert.equal(await join(200, { ok: true, connected: false }), 'remembered');
  assert.equal(await join(400, { error: 'bad ticket' }), 'refused');
  assert.equal(await join(503, { error: 'peer-to-peer unavailable' }), 'failed');
  assert.equal(await joinMachine('http://r', 'x', () => Promise.reject(new TypeError('away'))), 'failed');
  assert.deepEqual(sent[0], {
    url: 'http://r/connect',
    method: 'POST',
    body: '{"ticket":"pipes1x"}',
    signal: undefined,
  });
});

test('a path says how long a round trip takes, and what is lost', () => {
  const path = { passage: 'relayed', state: 'up', roundTripMs: 47.2, loss: 0.031 } as const;
  assert.equal(words.others.path(path), '48 ms, 3% lost');
  assert.equal(words.others.path({ ...path, loss: 0 }), '48 ms');
  assert.equal(words.others.path({ ...path, state: 'suspect' }), 'silent');
});

test('numbers are said as each language counts', async () => {
  assert.equal(words.machines(1, 0), 'Connected with 1 other machine.');
  assert.equal(words.machines(2, 1), 'Connected with 2 other machines, catching up.');
  assert.equal(words.machines(0, 0), 'No other machine can be reached now.');
  await setLanguage('de');
  assert.equal(words.machines(1, 1), 'Mit 1 anderen Rechner verbunden, holt auf.');
});
