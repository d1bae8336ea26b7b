/** A2A cards of names that are claimed on the keep server of the same house. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { sharedRelay, type TestRelay } from './support.ts';

const KEY = 'ab'.repeat(32);

describe('agent cards', () => {
  const shared = sharedRelay();
  let relay: TestRelay;
  before(async () => {
    relay = shared.relay;
    const claim = (name: string, expires: number) =>
      ({ op: 'put', space: 'keep-claim', key: name, value: JSON.stringify({ key: KEY, since: 1, expires }) }) as const;
    await relay.house.store.commit([
      { op: 'put', space: 'keep', key: 'port', value: '9009' },
      ...[claim('bot:alice', 0), claim('bot:late', 1), claim('team/a', Date.UTC(2100, 0))],
    ]);
  });

  test('say where a claimed name is reached and whose it is, with all that A2A requires', async () => {
    const { status, json, headers } = await relay.send('GET', '/.well-known/agent-card.json?name=bot:alice');
    assert.equal(status, 200);
    const required = ['name', 'description', 'supportedInterfaces', 'version', 'capabilities', 'skills'];
    const modes = ['defaultInputModes', 'defaultOutputModes'];
    for (const member of [...required, ...modes]) assert.ok(member in json, member);
    const [face] = json.supportedInterfaces;
    assert.deepEqual([face.url, face.tenant, face.protocolVersion], ['keep://127.0.0.1:9009', 'bot:alice', '1.0']);
    assert.ok(URL.canParse(face.protocolBinding));
    assert.deepEqual(json.capabilities.extensions[0].params, { key: KEY });
    for (const skill of json.skills) {
      for (const member of ['id', 'name', 'description', 'tags']) assert.ok(member in skill, member);
    }
    assert.match(headers.get('cache-control') ?? '', /max-age=60/);
  });

  test('stand below a base address of their own, also for names with a slash', async () => {
    const { status, json } = await relay.send('GET', '/agents/team%2Fa/.well-known/agent-card.json');
    assert.equal(status, 200);
    assert.equal(json.name, 'team/a');
    assert.equal(json.capabilities.extensions[0].params.expires, '2100-01-01T00:00:00.000Z');
  });

  test('are not there for names that nobody claimed, whose claim is over, or that are none', async () => {
    for (const name of ['bot:nobody', 'bot:late', '%00', 'x'.repeat(60)]) {
      const { status, json } = await relay.send('GET', `/.well-known/agent-card.json?name=${name}`);
      assert.deepEqual([status, json.error], [404, 'not found'], name);
    }
    assert.equal((await relay.send('GET', '/.well-known/agent-card.json')).status, 400);
  });
});
