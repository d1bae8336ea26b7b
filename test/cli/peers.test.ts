import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { temporaryDirectory } from '../support/command.ts';
import { runQuickly } from '../support/one-process.ts';
import { conversation, machine, ticketOf } from './two-machines.ts';

describe('two machines', () => {
  it('share what their people say once one has the ticket of the other', conversation);

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
