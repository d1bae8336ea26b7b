import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { KeepClient } from '../../src/agent/client.ts';
import { run, start, temporaryDirectory } from '../support/command.ts';

async function machine(t: TestContext, args: readonly string[]) {
  const dataDir = temporaryDirectory();
  const ports = { PORT: '0', KEEP_PORT: '0', P2P_PORT: '0' };
  const running = start([...args, '--json', '--host', '127.0.0.1'], { ...ports, DATA_DIR: dataDir });
  t.after(() => running.stop());
  const facts = JSON.parse(await running.line((line) => line.startsWith('{'))) as { keepPort: number };
  const agent = (src: string): KeepClient => {
    const client = new KeepClient({ host: '127.0.0.1', port: facts.keepPort, src, timeoutMs: 60_000 });
    t.after(() => client.close());
    return client;
  };
  const ticket = async () => (await run(['ticket', '--no-qr'], { DATA_DIR: dataDir })).stdout.trim();
  return { dataDir, agent, ticket };
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
