/**
 * Two agents and an absent third, through the program as people run it: what was sent to the third waits through a
 * restart and kill -9 of `pipes up`, arrives once and by its fee, and nobody takes the third's name in the meantime.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type AgentPacket, KeepClient, type KeepClientOptions } from '../../src/agent/client.ts';
import { type Running, start, temporaryDirectory } from '../support/command.ts';

interface Stage {
  /** Starts `pipes up` on the same data. */
  up(): Promise<void>;
  stop(signal: NodeJS.Signals): Promise<void>;
  /** At the server as it runs now. */
  client(src: string, options?: KeepClientOptions): KeepClient;
  readonly thirds: string;
}

function stage(t: TestContext): Stage {
  const [dataDir, thirds] = [temporaryDirectory(), temporaryDirectory()];
  let running: Running | undefined;
  let port = 0;
  t.after(() => running?.stop('SIGKILL'));
  return {
    thirds,
    async up() {
      running = start(['up', '--json'], { PORT: '0', KEEP_PORT: '0', P2P_PORT: 'off', DATA_DIR: dataDir });
      const facts = JSON.parse(await running.line((line) => line.startsWith('{'))) as { keepPort: number };
      port = facts.keepPort;
    },
    async stop(signal) {
      await running?.stop(signal);
    },
    client(src, options = {}) {
      const client = new KeepClient({ host: '127.0.0.1', port, src, ...options });
      t.after(() => client.close());
      return client;
    },
  };
}

async function take(packets: AsyncIterator<AgentPacket>, count: number): Promise<string[]> {
  const bodies: string[] = [];
  while (bodies.length < count) bodies.push((await packets.next()).value.body);
  return bodies;
}

describe('packets to a claimed name that is away', () => {
  it('wait through a restart and kill -9, arrive once, by fee; a thief is refused, and what expired never comes', async (t) => {
    const { up, stop, client, thirds } = stage(t);
    await up();
    const carol = await client('bot:carol', { dataDir: thirds }).connect();
    assert.deepEqual(await carol.claim(), { kind: 'claimed' });
    await carol.close();

    const [alice, bob] = [client('bot:alice'), client('bot:bob')];
    const waits = async (from: KeepClient, body: string, options: { fee?: number; ttl?: number } = {}) =>
      assert.equal((await from.tell('bot:carol', body, { ttl: 600, ...options })).kind, 'queued', body);
    await waits(alice, 'one');
    await waits(bob, 'two');
    const soon = Date.now() + 1000;
    await waits(bob, 'too late', { ttl: 1 });
    await stop('SIGKILL');

    await up();
    const dave = client('bot:dave');
    await waits(dave, 'paid', { fee: 5 });
    await assert.rejects(client('bot:carol').connect(), /name_claimed/);
    assert.deepEqual(await client('bot:carol').claim(), { kind: 'refused', error: 'name_claimed' });
    await stop('SIGTERM');

    await up();
    // Until the life span of the one that is not to come is over, by this machine's clock.
    await pause(Math.max(0, soon - Date.now()) + 1);
    const back = client('bot:carol', { dataDir: thirds });
    const heard = back.listen();
    await back.connect();
    assert.deepEqual(await take(heard, 3), ['paid', 'one', 'two']);
    await back.close();

    const again = client('bot:carol', { dataDir: thirds });
    const news = again.listen();
    await again.connect();
    await client('bot:alice').tell('bot:carol', 'live');
    assert.deepEqual(await take(news, 1), ['live']);
    const kept = (await again.inbox()).map(({ packet }) => packet.body);
    assert.deepEqual(kept.sort(), ['live', 'one', 'paid', 'two']);
  });
});
