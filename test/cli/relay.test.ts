import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { askStun } from '../../src/platform/node/stun.ts';
import { run, start, temporaryDirectory } from '../support/command.ts';
import { runQuickly } from '../support/one-process.ts';
import { newPerson, signedPost } from '../support/signed-posts.ts';

interface Started {
  readonly url: string;
  readonly p2pPort: number;
  readonly stunPort: number;
  readonly key: string;
  readonly addresses: readonly string[];
  readonly ticket: string;
}

const HOST = ['--host', '127.0.0.1'];

async function machine(t: TestContext, command: readonly string[], dataDir = temporaryDirectory()): Promise<Started> {
  const running = start([...command, '--json', ...HOST], { PORT: '0', P2P_PORT: '0', DATA_DIR: dataDir });
  t.after(() => running.stop());
  return JSON.parse(await running.line((line) => line.startsWith('{')));
}

/** Resolves once that text has come in the channel main, or was there. */
async function heardAt({ url }: Started, text: string): Promise<void> {
  const { body } = await fetch(`${url}/events?channel=main`);
  let heard = '';
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    heard += piece;
    if (heard.includes(text)) return;
  }
  assert.fail('the stream ended');
}

describe('pipes relay', () => {
  it('prints a ticket by which others join and share through it, and counts them', async (t) => {
    const relay = await machine(t, ['relay', '--announce', '127.0.0.1']);
    assert.ok(relay.addresses.includes(`tls://127.0.0.1:${relay.p2pPort}`), relay.addresses.join());
    const dirs = [temporaryDirectory(), temporaryDirectory()] as const;
    const [here, there] = [await machine(t, ['up'], dirs[0]), await machine(t, ['up'], dirs[1])];
    for (const dataDir of dirs) await runQuickly(['connect', relay.ticket], { DATA_DIR: dataDir });
    const body = JSON.stringify(await signedPost(newPerson(), 'main', 'over the relay'));
    assert.equal((await fetch(`${here.url}/messages`, { method: 'POST', body })).status, 200);
    await heardAt(there, 'over the relay');
    const metrics = await (await fetch(`${relay.url}/metrics`)).text();
    assert.equal(metrics.match(/^pipes_relay_peer_connected\{peer="[0-9a-f]{16}"\} 1$/gm)?.length, 2);
    assert.match(metrics, /^pipes_relay_peer_received_bytes_total\{peer="[0-9a-f]{16}"\} [1-9]/m);
  });

  it('tells peers how they are seen from outside, and serves neither page nor agents unasked', async (t) => {
    const relay = await machine(t, ['relay']);
    const seen = await askStun({ host: '127.0.0.1', port: relay.stunPort });
    assert.equal(seen.host, '127.0.0.1');
    assert.match(await (await fetch(relay.url)).text(), /serves no page/);
    assert.equal('keepPort' in relay, false);
  });

  it('lets nobody in by a ticket where its owner listed whom it serves', async (t) => {
    const dataDir = temporaryDirectory();
    writeFileSync(join(dataDir, 'policy.json'), '{"peers": "listed"}');
    const relay = await machine(t, ['relay'], dataDir);
    const there = temporaryDirectory();
    await machine(t, ['up'], there);
    const joined = await runQuickly(['connect', relay.ticket], { DATA_DIR: there });
    assert.equal(joined.code, 3);
    assert.match(joined.stderr, /ask the owner to add your key/);
  });

  it('says what is wrong with its options', async () => {
    const DATA_DIR = temporaryDirectory();
    const off = await run(['relay'], { DATA_DIR, PORT: '0', P2P_PORT: 'off' });
    assert.deepEqual([off.code, /expected a P2P_PORT, got "off"/.test(off.stderr)], [2, true], off.stderr);
    const port = await run(['relay', '--announce', 'relay.example:4101'], { DATA_DIR, PORT: '0', P2P_PORT: '0' });
    assert.match(port.stderr, /without a port, got "relay\.example:4101"/);
    assert.match((await runQuickly(['relay', '--help'])).stdout, /--announce <hosts>/);
  });

  it('does not start where the port of peers is taken', async (t) => {
    const first = await machine(t, ['relay']);
    const second = await run(['relay', ...HOST], {
      ...{ PORT: '0', P2P_PORT: String(first.p2pPort), DATA_DIR: temporaryDirectory() },
    });
    assert.equal(second.code, 4, second.stderr);
    assert.match(second.stderr, /P2P_PORT=/);
  });
});
