/** Names that are resolved at other machines (spec/12-names.md), over relays that know each other. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { utf8 } from '../../src/core/bytes.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../src/platform/memory/transport.ts';
import { random, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { temporaryDirectory } from '../support/command.ts';
import { newPerson } from '../support/signed-posts.ts';
import { startTestRelay } from './support.ts';

async function machine(t: TestContext, net: MemoryNetwork, name: string) {
  const dataDir = temporaryDirectory();
  await writeFile(join(dataDir, 'policy.json'), JSON.stringify({ name }));
  const relay = await startTestRelay(t, { dataDir });
  const signer = signerFromSeed(random(32));
  const network = await relay.join({ signer, transports: [net.transport(signer.key)] });
  const { token } = JSON.parse(await readFile(join(dataDir, 'owner.json'), 'utf8')) as { token: string };
  const ask = (recipient: string) =>
    relay.send('GET', `/owner/names/${encodeURIComponent(recipient)}`, undefined, { authorization: `Bearer ${token}` });
  return { relay, network, ask };
}

async function claim(relay: Awaited<ReturnType<typeof machine>>['relay'], username: string) {
  const { signer, dot1 } = newPerson();
  const key = Buffer.from(signer.key).toString('hex');
  const sig = Buffer.from(await signer.sign(utf8(`claim:${username}:${dot1}`))).toString('hex');
  const answer = await relay.send('POST', '/usernames/claim', { username, dot1, ed25519_pub: key, sig });
  assert.equal(answer.status, 201);
  return key;
}

async function pair(t: TestContext) {
  const net = createMemoryNetwork();
  const [here, there] = [await machine(t, net, 'here'), await machine(t, net, 'there')];
  await here.network.connect(await there.network.ticket());
  await Promise.all([here.network.settled(), there.network.settled()]);
  return { net, here, there };
}

test('the same name is another person at each relay, and its owner learns whose it is at which', async (t) => {
  const { here, there } = await pair(t);
  const [annHere, annThere] = [await claim(here.relay, 'ann'), await claim(there.relay, 'ann')];
  assert.deepEqual((await here.relay.send('GET', '/names/ann')).json, { person: annHere });
  assert.deepEqual((await here.ask('ann@there')).json, {
    ...{ name: 'ann', person: annThere, here: { person: annHere } },
    machine: { key: there.network.key, name: 'there' },
  });
  for (const relay of ['here', here.network.key.slice(0, 12)])
    assert.equal((await here.ask(`ann@${relay}`)).json.person, annHere);
  const url = new URL(there.relay.url);
  assert.equal((await here.ask(`ann@${url.host}`)).json.person, annThere, 'by HTTP');
});

test('an unknown relay or an unclear recipient is refused with its cure, and whoever is not the owner finds nothing there', async (t) => {
  const { here } = await pair(t);
  const unknown = await here.ask('ann@elsewhere');
  assert.equal(unknown.status, 400);
  assert.match(
    unknown.json.detail,
    /no machine here is called "elsewhere" \(known are here, .*; there, .*\)\. Join it with/,
  );
  assert.match((await here.ask('ann')).json.detail, /expected a key of 64 hex characters, or name@relay/);
  assert.deepEqual((await here.ask('ann@there')).json.person, undefined);
  assert.equal((await here.relay.send('GET', '/owner/names/ann%40there')).status, 404);
});

test('a relay that is away is said to be, and a question that is none gets no answer', async (t) => {
  const { here, there } = await pair(t);
  const pipe = await here.network.pipes.open(there.network.key, 'pipes/names/1');
  const writer = pipe.writable.getWriter();
  await writer.write(new Uint8Array(1000));
  const end = await pipe.readable
    .getReader()
    .read()
    .catch(() => ({ done: true }));
  assert.equal(end.done, true);
  await there.network.close();
  const answer = await here.ask('ann@there');
  assert.equal(answer.status, 502);
  assert.match(answer.json.detail, /Cannot ask for ann/);
});
