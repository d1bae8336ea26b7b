import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { decodeTicket, encodeTicket } from '../../src/core/ticket.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../src/platform/memory/transport.ts';
import { random, sha256, signerFromSeed } from '../../src/platform/node/crypto.ts';
import type { RemotePeer } from '../../src/runtime/api.ts';
import type { Network } from '../../src/runtime/network/network.ts';
import { temporaryDirectory } from '../support/command.ts';
import { newPerson, signedPost } from '../support/signed-posts.ts';
import { startTestRelay, type TestRelay } from './support.ts';

/** As a proxy says of somebody elsewhere. */
const AFAR: Record<string, string> = { 'x-forwarded-for': '203.0.113.9' };

interface Machine {
  readonly relay: TestRelay;
  readonly network: Network;
}

interface Made {
  readonly policy?: unknown;
  readonly rateLimits?: boolean;
  readonly dataDir?: string;
  readonly seed?: Uint8Array;
}

/** A relay with a network; `policy` is its owner's. */
async function machine(t: TestContext, net: MemoryNetwork, made: Made = {}): Promise<Machine> {
  const { policy = {}, rateLimits = false, seed = random(32) } = made;
  const dataDir = made.dataDir ?? temporaryDirectory();
  await writeFile(join(dataDir, 'policy.json'), JSON.stringify(policy));
  const relay = await startTestRelay(t, { dataDir, rateLimits });
  const signer = signerFromSeed(seed);
  return { relay, network: await relay.join({ signer, transports: [net.transport(signer.key)] }) };
}

const say = async ({ relay }: Machine, text: string): Promise<void> => {
  assert.equal((await relay.post(await signedPost(newPerson(), 'main', text))).status, 200);
};

const messagesAt = ({ relay }: Machine): Promise<unknown[]> => relay.list('/messages?channel=main');

/** Resolves to why the only peer that this one knows is away, once it is. */
const whyAway = ({ network }: Machine): Promise<string> =>
  new Promise((resolve) => {
    const look = (): void => {
      const [peer] = network.peers();
      if (peer === undefined || peer.isConnected || peer.problem === undefined) return;
      stop();
      resolve(peer.problem);
    };
    const stop = network.on('peers', look);
    look();
  });

const joined = async (from: Machine, to: Machine): Promise<void> => {
  await from.network.connect(await to.network.ticket());
  await Promise.all([from.network.settled(), to.network.settled()]);
};

test('a relay for all lets in who has no ticket of it', async (t) => {
  const net = createMemoryNetwork();
  const [open, other] = [await machine(t, net, { policy: { peers: 'all' } }), await machine(t, net)];
  await say(open, 'hello');
  await other.network.connect(await withoutInvitation(open));
  await other.network.settled();
  assert.equal((await messagesAt(other)).length, 1);
});

test('who is blocked is let in by no ticket, and is told so', async (t) => {
  const net = createMemoryNetwork();
  const seed = random(32);
  const peers_blocked = [Buffer.from(signerFromSeed(seed).key).toString('hex')];
  const [here, other] = [
    await machine(t, net, { policy: { peers: 'all', peers_blocked } }),
    await machine(t, net, { seed }),
  ];
  await assert.rejects(other.network.connect(await here.network.ticket()), /not welcome here/);
  assert.deepEqual(here.network.peers(), []);
});

test('where the owner listed whom to let in, a ticket alone is not enough', async (t) => {
  const net = createMemoryNetwork();
  const seed = random(32);
  const peers_allowed = [Buffer.from(signerFromSeed(seed).key).toString('hex')];
  const here = await machine(t, net, { policy: { peers: 'listed', peers_allowed } });
  const [listed, other] = [await machine(t, net, { seed }), await machine(t, net)];
  await assert.rejects(other.network.connect(await here.network.ticket()), /ask the owner to add your key/);
  await listed.network.connect(await withoutInvitation(here));
  assert.equal(here.network.peers().length, 1);
});

test('what a relay does not serve it neither takes nor gives', async (t) => {
  const net = createMemoryNetwork();
  const [here, other] = [await machine(t, net, { policy: { serves: ['mailboxes'] } }), await machine(t, net)];
  await say(here, 'kept here');
  await say(other, 'kept there');
  await joined(other, here);
  assert.deepEqual([(await messagesAt(here)).length, (await messagesAt(other)).length], [1, 1]);
});

test('a peer that handed over its share of the day is refused, told until when, and counted', async (t) => {
  const net = createMemoryNetwork();
  const dataDir = temporaryDirectory();
  const policy = { peer_quota_per_peer_bytes: 3000 };
  const here = await machine(t, net, { policy, rateLimits: true, dataDir });
  const other = await machine(t, net);
  await say(other, 'small');
  await joined(other, here);
  assert.equal((await messagesAt(here)).length, 1, 'what fits is taken');
  await say(other, 'x'.repeat(3000));
  assert.match(await whyAway(other), /one peer may hand over here in a day is used up; it goes on after midnight UTC/);
  assert.equal((await messagesAt(here)).length, 1);
  const own = await here.relay.send('GET', '/metrics');
  assert.match(own.text, /pipes_relay_peer_refused_total\{peer="[0-9a-f]{16}"\} [1-9]/);
});

test('strangers learn how many other machines there are, and nothing of them', async (t) => {
  const net = createMemoryNetwork();
  const [here, other] = [await machine(t, net), await machine(t, net)];
  const ask = async (headers = AFAR) => (await here.relay.send('GET', '/peers', undefined, headers)).json;
  assert.deepEqual(await ask(), { known: 0, connected: 0, exchanging: 0 });
  await joined(other, here);
  assert.deepEqual(await ask(), { known: 1, connected: 1, exchanging: 0 });
  assert.deepEqual(await ask({ origin: 'https://elsewhere.example' }), { known: 1, connected: 1, exchanging: 0 });
  const alone = await startTestRelay(t);
  assert.deepEqual((await alone.send('GET', '/peers')).json, { known: 0, connected: 0, exchanging: 0 });
  assert.equal((await here.relay.send('GET', '/owner/peers')).status, 404);
});

test('who sits at the machine learns which others it is joined with, and over what paths', async (t) => {
  const net = createMemoryNetwork();
  const [here, other] = [await machine(t, net), await machine(t, net)];
  await joined(other, here);
  const { peers } = (await here.relay.send('GET', '/peers')).json as { peers: RemotePeer[] };
  assert.deepEqual(
    peers.map(({ key, isConnected, paths }) => [key, isConnected, paths.map(({ passage }) => passage)]),
    [[other.network.key, true, ['direct']]],
  );
});

test('without limits there is no quota', async (t) => {
  const net = createMemoryNetwork();
  const here = await machine(t, net, { policy: { peer_quota_bytes: 0 } });
  const other = await machine(t, net);
  await say(other, 'small');
  await joined(other, here);
  assert.equal((await messagesAt(here)).length, 1);
});

async function withoutInvitation({ network }: Machine): Promise<string> {
  const { invitation: _, ...ticket } = decodeTicket(sha256, await network.ticket());
  return encodeTicket(sha256, ticket);
}
