/** Three machines in a row, two at home and a relay between them, as people run them: agents, people, swarms and mail. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { KeepClient } from '../../src/agent/client.ts';
import { run, start, temporaryDirectory } from '../support/command.ts';

/** `name` is what the others call it. */
async function machine(command: 'up' | 'relay', name: string) {
  const dataDir = temporaryDirectory();
  writeFileSync(join(dataDir, 'policy.json'), JSON.stringify({ name }));
  const ports = { PORT: '0', KEEP_PORT: '0', P2P_PORT: '0' };
  const running = start([command, '--json', '--host', '127.0.0.1'], { ...ports, DATA_DIR: dataDir });
  const facts = JSON.parse(await running.line((line) => line.startsWith('{'))) as { keepPort: number; url: string };
  const agent = (t: TestContext, src: string): KeepClient => {
    const client = new KeepClient({ host: '127.0.0.1', port: facts.keepPort, src, timeoutMs: 60_000 });
    t.after(() => client.close());
    return client;
  };
  const ticket = async () => (await run(['ticket', '--no-qr'], { DATA_DIR: dataDir })).stdout.trim();
  /** A command of a person who uses this machine's relay. */
  const person = (home: string, ...args: readonly string[]) => run([...args, '--relay', facts.url], { DATA_DIR: home });
  const sendAs = (to: string, text: string) =>
    run(['agent', 'send', to, text, '--ttl', '600'], { DATA_DIR: dataDir, KEEP_PORT: `${facts.keepPort}` });
  return { dataDir, running, agent, ticket, person, sendAs, facts };
}

type Machine = Awaited<ReturnType<typeof machine>>;

/** Sends until the name is known there: a claim takes a moment on its way. */
async function queued(from: KeepClient, to: string, body: string): Promise<void> {
  for (;;) {
    const told = await from.tell(to, body, { ttl: 600 });
    if (told.kind === 'queued') return;
    assert.deepEqual(told, { kind: 'refused', error: 'offline' });
    await pause(50);
  }
}

describe('two machines that meet through a relay', () => {
  let home: Machine;
  let middle: Machine;
  let away: Machine;
  before(async () => {
    [home, middle, away] = await Promise.all([
      machine('up', 'home'),
      machine('relay', 'middle'),
      machine('up', 'away'),
    ]);
    const ticket = await middle.ticket();
    await Promise.all([home, away].map(({ dataDir }) => run(['connect', ticket], { DATA_DIR: dataDir })));
  });
  after(() => Promise.all([home, middle, away].map((each) => each?.running.stop())));

  it('let agents find each other by names that each claimed at home, and get answers', async (t) => {
    const [ann, bob] = [home.agent(t, 'bot:ann'), away.agent(t, 'bot:bob')];
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

  it('bring a swarm what was asked elsewhere, and an agent by name@relay what names no relay any more', async (t) => {
    const [bot, asker] = [away.agent(t, 'bot:weather'), home.agent(t, 'bot:asker')];
    const heard = bot.listen();
    await Promise.all([bot.connect(), asker.connect()]);
    await bot.claim();
    await bot.send('', { dst: 'swarm:weather', typ: 1 });
    // The claim arrives before what is asked after it.
    await queued(asker, 'bot:weather', 'are you there?');
    assert.equal((await asker.tell('swarm:weather', 'all of you?')).kind, 'queued');
    const sent = await home.sendAs('bot:weather@middle', 'rain?');
    assert.equal(sent.code, 0, sent.stderr);
    const bodies = new Map<string, string>();
    while (bodies.size < 3) {
      const { body, dst } = (await heard.next()).value;
      bodies.set(body, dst);
    }
    assert.equal(bodies.get('all of you?'), 'swarm:weather');
    assert.equal(bodies.get('rain?'), 'bot:weather');
  });

  it('bring a person, by name@relay, what was left in their mailbox at the other end', async (t) => {
    const ben = temporaryDirectory();
    const claimed = await away.person(ben, 'identity', 'claim', 'ben', '--json');
    assert.equal(claimed.code, 0, claimed.stderr);
    // The relay where he is called so is no peer of the one at home: it is asked by its host.
    const there = `ben@${new URL(away.facts.url).host}`;
    const write = () => home.person(home.dataDir, 'send', there, 'hello over there', '--json');
    let sent = await write();
    // His profile takes a moment on its way.
    while (/nobody by the key .* is known here yet/.test(sent.stderr)) sent = await write();
    assert.equal(sent.code, 0, sent.stderr);
    assert.equal(JSON.parse(sent.stdout).to, JSON.parse(claimed.stdout).key);
    const listening = start(['listen', '--direct', '--json', '--relay', away.facts.url], { DATA_DIR: ben });
    t.after(() => listening.stop());
    const told = JSON.parse(await listening.line((line) => line.startsWith('{')));
    assert.equal(told.text, 'hello over there');
  });

  it('refuse a relay that is not known, with those that are and what helps', async () => {
    const { code, stderr } = await home.sendAs('bot:weather@nowhere', 'rain?');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /no machine here is called "nowhere" \(known are home, .*; middle, .*Join it with pipes connect/,
    );
  });
});
