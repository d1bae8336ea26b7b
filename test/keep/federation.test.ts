/** Agents at different machines that are joined: names, what waits under them, and answers, once and no more. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { decideOnNames, startAgent } from '../../src/agent/agent.ts';
import { KeepClient } from '../../src/agent/client.ts';
import { decodeEnvelope } from '../../src/core/envelope/envelope.ts';
import { nameScope } from '../../src/core/scope.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../src/platform/memory/transport.ts';
import { random, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { startTestRelay } from '../relay/support.ts';
import { temporaryDirectory } from '../support/command.ts';
import { silent } from './support.ts';

async function machine(t: TestContext, net: MemoryNetwork) {
  const closing: (() => unknown)[] = [];
  t.after(async () => {
    for (const close of closing) await close();
  });
  const relay = await startTestRelay({ after: (task) => void closing.unshift(task) });
  const { house, dataDir } = relay;
  const server = await startAgent({
    ...{ house, dataDir, port: 0, host: '127.0.0.1', rateLimits: false, logger: silent },
  });
  const signer = signerFromSeed(random(32));
  const transport = net.transport(signer.key);
  const network = await relay.join({ signer, transports: [transport] });
  closing.unshift(server.close);
  const client = (src: string, identity?: string): KeepClient => {
    const client = new KeepClient({
      host: '127.0.0.1',
      port: server.port,
      src,
      ...(identity && { dataDir: identity }),
    });
    closing.unshift(() => client.close());
    return client;
  };
  return { relay, house, network, transport, client };
}

type Machine = Awaited<ReturnType<typeof machine>>;
type Joined = Pick<Machine, 'house' | 'network'>;

async function joined(a: Joined, b: Joined): Promise<void> {
  await a.network.connect(await b.network.ticket());
  await settled(a, b);
}

const settled = async (...all: readonly Joined[]): Promise<void> => {
  await Promise.all(all.map(({ network }) => network.settled()));
};

/** Resolves once the scope holds that many there. */
const holds = ({ house }: Joined, scope: string, count: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = async (): Promise<void> => {
      if ((await house.store.arrivals(scope, 0, 100)).length !== count)
        return void setImmediate(() => look().catch(reject));
      resolve();
    };
    look().catch(reject);
  });

const WAITS = { ttl: 600 };

/** Bob has claimed his name at one machine and is away; a packet for him was sent at the other and is at both. */
async function oneThatWaits(t: TestContext) {
  const net = createMemoryNetwork();
  const [here, there] = [await machine(t, net), await machine(t, net)];
  const home = temporaryDirectory();
  const first = await there.client('bot:bob', home).connect();
  await first.claim();
  await first.close();
  await joined(here, there);
  await holds(here, nameScope('bot:bob'), 1);
  await here.client('bot:ann').tell('bot:bob', 'once', WAITS);
  await holds(there, nameScope('bot:bob'), 2);
  return { here, there, home };
}

test('a packet to a name that was claimed at another machine reaches its owner there, and the answer comes back', async (t) => {
  const net = createMemoryNetwork();
  const [here, there] = [await machine(t, net), await machine(t, net)];
  const [ann, bob] = [here.client('bot:ann'), there.client('bot:bob')];
  await Promise.all([ann.connect(), bob.connect()]);
  assert.deepEqual(await bob.claim(), { kind: 'claimed' });
  assert.deepEqual(await ann.claim(), { kind: 'claimed' });
  await joined(here, there);
  await Promise.all([holds(here, nameScope('bot:bob'), 1), holds(there, nameScope('bot:ann'), 1)]);

  const [heardByBob, heardByAnn] = [bob.listen(), ann.listen()];
  assert.equal((await ann.tell('bot:bob', 'are you there?', WAITS)).kind, 'queued');
  const asked = (await heardByBob.next()).value;
  assert.deepEqual([asked.body, asked.src], ['are you there?', 'bot:ann']);
  assert.equal((await bob.tell('bot:ann', 'yes', WAITS)).kind, 'queued');
  let answer = (await heardByAnn.next()).value;
  while (answer.src !== 'bot:bob') answer = (await heardByAnn.next()).value;
  assert.equal(answer.body, 'yes');
  assert.deepEqual(await here.client('bot:bob').claim(), { kind: 'refused', error: 'name_claimed' });
});

test('what was received at one machine is let go of at the other, and comes to nobody again', async (t) => {
  const { here, there, home } = await oneThatWaits(t);

  const bob = there.client('bot:bob', home);
  const heard = bob.listen();
  await bob.connect();
  assert.equal((await heard.next()).value.body, 'once');
  // The claim alone is left, at both.
  await Promise.all([holds(there, nameScope('bot:bob'), 1), holds(here, nameScope('bot:bob'), 1)]);
  await here.client('bot:ann').tell('bot:bob', 'twice', WAITS);
  assert.equal((await heard.next()).value.body, 'twice', 'nothing between came again');
});

test('a packet that another machine still keeps is not taken again by one where it was received', async (t) => {
  const { there, home } = await oneThatWaits(t);
  const [kept] = (await there.house.store.arrivals(nameScope('bot:bob'), 0, 10)).slice(-1);
  const bob = there.client('bot:bob', home);
  const heard = bob.listen();
  await bob.connect();
  await heard.next();
  await holds(there, nameScope('bot:bob'), 1);
  assert.ok(kept);
  const admission = await there.house.pipeline.admit({
    ...{ envelope: decodeEnvelope(kept.envelope), scope: kept.scope, time: kept.time, received: kept.received },
    ...{ expires: kept.expires, hint: '', via: 'sync' },
  });
  assert.deepEqual(admission.kind === 'refused' && admission.detail, 'received before');
});

test('names go round machines in a ring, one of them without agents, and everything is inserted once', async (t) => {
  const net = createMemoryNetwork();
  const [here, there] = [await machine(t, net), await machine(t, net)];
  const between = await carrier(t, net);
  const stored = { here: 0, there: 0, between: 0 };
  const count = (at: keyof typeof stored, { house }: Joined) =>
    house.pipeline.subscribe('name:', () => void stored[at]++);
  count('here', here);
  count('there', there);
  count('between', between);
  await joined(here, between);
  await joined(between, there);
  await joined(here, there);
  const bob = there.client('bot:bob');
  const heard = bob.listen();
  await bob.connect();
  await bob.claim();
  await Promise.all([holds(here, nameScope('bot:bob'), 1), holds(between, nameScope('bot:bob'), 1)]);
  for (const body of ['one', 'two', 'three']) await here.client('bot:ann').tell('bot:bob', body, WAITS);
  const bodies = [];
  while (bodies.length < 3) bodies.push((await heard.next()).value.body);
  assert.deepEqual(bodies.sort(), ['one', 'three', 'two']);
  // Asking for more says that the last one was received.
  heard.next().catch(() => undefined);
  await Promise.all([here, between, there].map((each) => holds(each, nameScope('bot:bob'), 1)));
  await settled(here, between, there);
  const acknowledged = (await there.house.store.arrivals(nameScope('inbox:ack'), 0, 100)).length;
  const each = 4 + acknowledged;
  assert.deepEqual(stored, { here: each, there: each, between: each });
});

/** A machine that serves no agents. */
async function carrier(t: TestContext, net: MemoryNetwork) {
  const relay = await startTestRelay(t);
  await decideOnNames(relay.house, relay.dataDir);
  const signer = signerFromSeed(random(32));
  const network = await relay.join({ signer, transports: [net.transport(signer.key)] });
  return { relay, house: relay.house, network };
}
