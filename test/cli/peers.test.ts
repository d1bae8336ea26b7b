import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { start, temporaryDirectory } from '../support/command.ts';
import { runQuickly } from '../support/one-process.ts';

interface Machine {
  readonly dataDir: string;
  readonly url: string;
}

async function machine(t: TestContext): Promise<Machine> {
  const dataDir = temporaryDirectory();
  const relay = start(['up', '--json', '--host', '127.0.0.1'], { PORT: '0', P2P_PORT: '0', DATA_DIR: dataDir });
  t.after(() => relay.stop());
  const { port, p2pPort } = JSON.parse(await relay.line((line) => line.startsWith('{')));
  assert.ok(p2pPort > 0);
  return { dataDir, url: `http://127.0.0.1:${port}` };
}

const ticketOf = async ({ dataDir }: Machine): Promise<string> =>
  (await runQuickly(['ticket', '--no-qr'], { DATA_DIR: dataDir })).stdout.trim();

const messagesAt = async ({ url }: Machine): Promise<{ channel: string }[]> =>
  (await fetch(`${url}/messages?channel=main`)).json();

/** Resolves once that machine has the profile of somebody of that name. */
async function knows({ url }: Machine, name: string): Promise<void> {
  const names = async (): Promise<string[]> =>
    (await (await fetch(`${url}/profiles?channel=main`)).json()).map((each: { name: string }) => each.name);
  while (!(await names()).includes(name)) await new Promise((next) => setTimeout(next, 20));
}

describe('two machines', () => {
  it('share what their people say once one has the ticket of the other', async (t) => {
    const [here, there] = [await machine(t), await machine(t)];
    const said = await runQuickly(['send', 'main', 'before', '--name', 'Ann', '--relay', here.url], {
      DATA_DIR: temporaryDirectory(),
    });
    assert.equal(said.code, 0, said.stderr);
    const connected = await runQuickly(['connect', await ticketOf(here)], { DATA_DIR: there.dataDir });
    assert.equal(connected.code, 0, connected.stderr);
    const ben = { DATA_DIR: temporaryDirectory() };
    const heard = start(['listen', 'main', '--json', '--name', 'Ben', '--relay', here.url], {
      DATA_DIR: temporaryDirectory(),
    });
    t.after(() => heard.stop());
    await heard.line((line) => line.includes('"channel":"main"'));
    // What is said at a machine that does not know of a reader yet is not sealed to them.
    await knows(there, 'Ben');
    const answered = await runQuickly(['send', 'main', 'after', '--name', 'Cem', '--relay', there.url], ben);
    assert.equal(answered.code, 0, answered.stderr);
    await heard.line((line) => line.includes('"after"'));
    assert.equal((await messagesAt(there)).length, 2);
  });

  it('show each other, and the paths between them', async (t) => {
    const [here, there] = [await machine(t), await machine(t)];
    await runQuickly(['connect', await ticketOf(here)], { DATA_DIR: there.dataDir });
    const peers = JSON.parse((await runQuickly(['peers', '--json'], { DATA_DIR: here.dataDir })).stdout);
    assert.equal(peers.peers.length, 1);
    assert.equal(peers.peers[0].isConnected, true);
    const paths = await runQuickly(['paths'], { DATA_DIR: there.dataDir });
    assert.match(paths.stdout, /up .*tls:\/\//);
    const key = peers.peers[0].key.slice(0, 12);
    assert.equal((await runQuickly(['peers', 'forget', key], { DATA_DIR: here.dataDir })).code, 0);
    const after = JSON.parse((await runQuickly(['peers', '--json'], { DATA_DIR: here.dataDir })).stdout);
    assert.deepEqual(after.peers, []);
  });

  it('catch up once by pipes sync, without a relay on one side', async (t) => {
    const here = await machine(t);
    const alone = { DATA_DIR: temporaryDirectory() };
    const wrote = await runQuickly(['draft', 'create', 'note'], alone);
    assert.equal(wrote.code, 0, wrote.stderr);
    await runQuickly(['draft', 'append', 'text', 'carried'], alone);
    await runQuickly(['draft', 'sign'], alone);
    const first = await runQuickly(['connect', await ticketOf(here)], alone);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /Caught up with 1 peer/);
    const again = await runQuickly(['sync', '--once', '--json'], alone);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(JSON.parse(again.stdout).synced.length, 1);
  });
});

describe('pipes connect', () => {
  it('says what is wrong with a ticket', async (t) => {
    const here = await machine(t);
    const ticket = await ticketOf(here);
    const cut = await runQuickly(['connect', ticket.slice(0, -3)], { DATA_DIR: here.dataDir });
    assert.notEqual(cut.code, 0);
    assert.match(cut.stderr, /cut short or misspelt/);
    const own = await runQuickly(['connect', ticket], { DATA_DIR: here.dataDir });
    assert.match(own.stderr, /the ticket of this very peer/);
  });

  it('says why nobody answers, and that it goes on trying', async (t) => {
    const [here, there] = [await machine(t), await machine(t)];
    const ticket = await ticketOf(here);
    const gone = await machine(t);
    const unreachable = await ticketOf(gone);
    assert.notEqual(unreachable, ticket);
    const stranger = await fetch(`${there.url}/connect`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example', 'content-type': 'text/plain' },
      body: JSON.stringify({ ticket }),
    });
    assert.equal(stranger.status, 403, 'a page of another site decides nothing');
    const none = await runQuickly(['ticket'], { DATA_DIR: temporaryDirectory() });
    assert.match(none.stderr, /Start it with "pipes up"/);
  });
});
