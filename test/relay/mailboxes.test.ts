/** Mailboxes among relays that follow each other: what is left at one is found by its owner at any other, each once. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { mailboxScope } from '../../src/core/scope.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../src/platform/memory/transport.ts';
import { random, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { newPerson, sealedPost } from '../support/signed-posts.ts';
import { startTestRelay } from './support.ts';

async function machine(t: TestContext, net: MemoryNetwork) {
  const relay = await startTestRelay(t);
  const signer = signerFromSeed(random(32));
  const network = await relay.join({ signer, transports: [net.transport(signer.key)] });
  let inserted = 0;
  relay.house.pipeline.subscribe('mailbox:', () => void inserted++);
  return { relay, network, inserted: () => inserted };
}

type Machine = Awaited<ReturnType<typeof machine>>;

const join = async (from: Machine, to: Machine): Promise<void> =>
  void (await from.network.connect(await to.network.ticket()));

/** Resolves once so many envelopes wait for that person there. */
const holds = ({ relay }: Machine, dot1: string, count: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const scope = mailboxScope(dot1);
    const look = async (): Promise<void> => {
      if ((await relay.house.store.arrivals(scope, 0, 100)).length >= count) resolve();
    };
    relay.house.pipeline.subscribe(scope, () => void look().catch(reject));
    look().catch(reject);
  });

const settled = (all: readonly Machine[]) => Promise.all(all.map(({ network }) => network.settled()));

test('what is left for somebody at one relay is found at the third in a row, and what comes later, too', async (t) => {
  const net = createMemoryNetwork();
  const [first, second, third] = [await machine(t, net), await machine(t, net), await machine(t, net)];
  const owner = newPerson();
  const push = async (to: Machine) =>
    assert.equal(
      (await to.relay.send('POST', `/mailbox/${owner.dot1}/push`, await sealedPost(owner, 'dm', 1))).status,
      200,
    );
  await push(first);
  await join(first, second);
  await join(second, third);
  await holds(third, owner.dot1, 1);
  const found = await third.relay.list(`/mailbox/${owner.dot1}/pull`);
  assert.equal(found.envelopes.length, 1);
  await push(first);
  await holds(third, owner.dot1, 2);
  const later = await third.relay.list(`/mailbox/${owner.dot1}/pull?since=${found.next_cursor}`);
  assert.equal(later.envelopes.length, 1, 'the cursor counts what arrived here');
});

test('in a ring of relays each takes what is left at any of them once', async (t) => {
  const net = createMemoryNetwork();
  const ring = [await machine(t, net), await machine(t, net), await machine(t, net), await machine(t, net)];
  for (const [i, one] of ring.entries()) await join(one, ring[(i + 1) % ring.length] as Machine);
  const owner = newPerson();
  for (const { relay } of ring) {
    await relay.send('POST', `/mailbox/${owner.dot1}/push`, await sealedPost(owner, 'dm', 1));
  }
  await Promise.all(ring.map((one) => holds(one, owner.dot1, ring.length)));
  await settled(ring);
  assert.deepEqual(
    ring.map(({ inserted }) => inserted()),
    ring.map(() => ring.length),
  );
});
