import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { KeepClient } from '../../src/agent/client.ts';
import { run, start, temporaryDirectory } from '../support/command.ts';

/** `name` is what the others call it. */
async function machine(t: TestContext, args: readonly string[], name = 'relay') {
  const dataDir = temporaryDirectory();
  writeFileSync(join(dataDir, 'policy.json'), JSON.stringify({ name }));
  const ports = { PORT: '0', KEEP_PORT: '0', P2P_PORT: '0' };
  const running = start([...args, '--json', '--host', '127.0.0.1'], { ...ports, DATA_DIR: dataDir });
  t.after(() => running.stop());
  const facts = JSON.parse(await running.line((line) => line.startsWith('{'))) as {
    keepPort: number;
    url: string;
  };
  const agent = (src: string): KeepClient => {
    const client = new KeepClient({ host: '127.0.0.1', port: facts.keepPort, src, timeoutMs: 60_000 });
    t.after(() => client.close());
    return client;
  };
  const ticket = async () => (await run(['ticket', '--no-qr'], { DATA_DIR: dataDir })).stdout.trim();
  /** A command of a person who uses this machine's relay, with a directory of their own or the machine's. */
  const person = (home: string, command: readonly string[]) =>
    [[...command, '--relay', facts.url], { DATA_DIR: home }] as const;
  return { dataDir, agent, ticket, person, facts };
}

/** Sends until the name is known there: a claim takes a moment on its way. */
async function queued(from: KeepClient, to: string, body: string): Promise<void> {
  for (;;) {
    const told = await from.tell(to, body, { ttl: 600 });
    if (told.kind === 'queued') return;
    assert.deepEqual(told, { kind: 'refused', error: 'offline' });
    await pause(50);
  }
}

describe('agents at two machines that meet through a relay', () => {
  it('find each other by names that each claimed at home, and get answers', async (t) => {
    const [here, there, relay] = await Promise.all([machine(t, ['up']), machine(t, ['up']), machine(t, ['relay'])]);
    const ticket = await relay.ticket();
    for (const { dataDir } of [here, there]) await run(['connect', ticket], { DATA_DIR: dataDir });
    const [ann, bob] = [here.agent('bot:ann'), there.agent('bot:bob')];
    const [atAnn, atBob] = [ann.listen(), bob.listen()];
    await Promise.all([ann.connect(), bob.connect()]);
    assert.deepEqual([await ann.claim(), await bob.claim()], [{ kind: 'claimed' }, { kind: 'claimed' }]);
    await queued(ann, 'bot:bob', 'are you there?');
    assert.equal((await atBob.next()).value.body, 'are you there?');
    await queued(bob, 'bot:ann', 'yes');
    let answer = (await atAnn.next()).value;
    while (answer.src !== 'bot:bob') answer = (await atAnn.next()).value;
    assert.equal(answer.body, 'yes');
  });
});

describe('three machines in a row', () => {
  it('find people and agents by name@relay, swarms, and the owner of a mailbox at the far end', async (t) => {
    const [home, middle, away] = await Promise.all([
      machine(t, ['up'], 'home'),
      machine(t, ['relay'], 'middle'),
      machine(t, ['up'], 'away'),
    ]);
    const ticket = await middle.ticket();
    await Promise.all([home, away].map(({ dataDir }) => run(['connect', ticket], { DATA_DIR: dataDir })));

    const ben = temporaryDirectory();
    const claimed = await run(...away.person(ben, ['identity', 'claim', 'ben', '--json']));
    assert.equal(claimed.code, 0, claimed.stderr);
    const { key } = JSON.parse(claimed.stdout) as { key: string };
    // His relay is no peer of this one: it is asked by its host.
    const there = `ben@${new URL(away.facts.url).host}`;
    const write = () => run(...home.person(home.dataDir, ['send', there, 'hello over there', '--json']));
    let sent = await write();
    // His profile takes a moment on its way.
    while (sent.code !== 0 && /nobody by the key/.test(sent.stderr)) sent = await write();
    assert.equal(sent.code, 0, sent.stderr);
    assert.deepEqual(JSON.parse(sent.stdout).to, key);
    // He comes back, and looks at the relay that he uses.
    const listening = start(...away.person(ben, ['listen', '--direct', '--json']));
    t.after(() => listening.stop());
    const told = JSON.parse(await listening.line((line) => line.startsWith('{')));
    assert.equal(told.text, 'hello over there');

    const unknown = await run(...home.person(home.dataDir, ['send', 'ben@nowhere', 'hello']));
    assert.equal(unknown.code, 2);
    assert.match(
      unknown.stderr,
      /no machine here is called "nowhere" \(known are home, .*; middle, .*Join it with pipes connect/,
    );

    const [bot, asker] = [away.agent('bot:bot'), home.agent('bot:asker')];
    const heard = bot.listen();
    await Promise.all([bot.connect(), asker.connect()]);
    await bot.claim();
    const keep = { DATA_DIR: home.dataDir, KEEP_PORT: `${home.facts.keepPort}` };
    const ask = () => run(['agent', 'send', 'bot:bot@middle', 'rain?', '--ttl', '600'], keep);
    let asked = await ask();
    while (asked.code === 2 && /no agent has claimed|has not come here/.test(asked.stderr)) asked = await ask();
    assert.equal(asked.code, 0, asked.stderr);
    const packet = (await heard.next()).value;
    assert.deepEqual([packet.body, packet.dst], ['rain?', 'bot:bot'], 'what is signed names no relay');

    await bot.send('', { dst: 'swarm:weather', typ: 1 });
    assert.equal((await asker.tell('swarm:weather', 'all of you?')).kind, 'queued');
    assert.equal((await heard.next()).value.body, 'all of you?');
  });
});
