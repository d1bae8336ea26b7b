/** Swarms whose members joined at several machines (spec/08-keep.md#swarms-between-peers): each packet reaches each once. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { decodePacket } from '../../src/core/packet/packet.ts';
import { toEnvelope } from '../../src/core/packet/packet-envelope.ts';
import { nameScope } from '../../src/core/scope.ts';
import { type Fields, publishedSigner } from '../compat/published-keep-client.ts';
import { carried, createMachines, join, type Machine } from './joined.ts';

const OFFER = 1;

async function pair(t: TestContext) {
  const machines = createMachines();
  t.after(machines.close);
  const [here, there] = [await machines.machine(), await machines.machine()];
  await join(here, there);
  return { here, there };
}

test('a packet to a swarm reaches who joined at the own machine and at another, and not its sender', async (t) => {
  const { here, there } = await pair(t);
  const [asker, near, far, aside] = await Promise.all([
    here.agent('bot:asker'),
    here.agent('bot:near'),
    there.agent('bot:far'),
    there.agent('bot:aside'),
  ]);
  for (const one of [asker, near, far]) {
    await one.send({ typ: OFFER, dst: 'swarm:x' });
    assert.deepEqual(await one.heard(), ['done']);
  }
  await aside.send({ typ: OFFER, dst: 'swarm:other' });
  await asker.send({ dst: 'swarm:x', body: 'who?' });
  await carried([here, there], 1);
  assert.deepEqual(
    [await asker.heard(), await near.heard(), await far.heard(), await aside.heard()],
    [[], ['who?'], ['who?'], ['done']],
  );
});

test('where nobody is at the own machine, the sender is told that it is kept for others; without others, that nobody is there', async (t) => {
  const { here, there } = await pair(t);
  const [asker, far] = [await here.agent('bot:asker'), await there.agent('bot:far')];
  await far.send({ typ: OFFER, dst: 'swarm:x' });
  await far.heard();
  const ask = { dst: 'swarm:x', id: 'q', body: 'who?' };
  await asker.send(ask);
  const { body, pk } = await asker.read();
  assert.deepEqual([body, pk.length], ['queued', 32], 'signed');
  await carried([here, there], 1);
  await asker.send(ask);
  assert.equal((await asker.read()).body, 'queued', 'the same again is answered as before');
  assert.deepEqual(await far.heard(), ['who?']);
  const alone = createMachines();
  t.after(alone.close);
  const lonely = await (await alone.machine()).agent('bot:asker');
  await lonely.send(ask);
  assert.equal((await lonely.read()).body, 'error:offline');
});

test('who joins, what is another key under a claimed name, and what would live too long, is handed to nobody elsewhere', async (t) => {
  const { here, there } = await pair(t);
  const [owner, far] = [await there.agent('bot:owner'), await there.agent('bot:far')];
  await owner.send({ dst: 'claim:bot:owner' });
  await owner.heard();
  await far.send({ typ: OFFER, dst: 'swarm:x' });
  await far.heard();
  const bring = bringer(there);
  assert.equal(await bring({ typ: OFFER, dst: 'swarm:x', src: 'bot:a' }, 1000), 'refused');
  assert.equal(await bring({ dst: 'swarm:x', src: 'bot:a', ttl: 0 }, 600_000 + 400_000), 'refused');
  assert.equal(await bring({ dst: 'swarm:x', src: 'bot:owner', body: 'forged' }, 1000), 'stored');
  assert.equal(await bring({ dst: 'swarm:x', src: 'server', body: 'forged' }, 1000), 'stored');
  assert.equal(await bring({ dst: 'swarm:x', src: 'bot:a', body: 'genuine' }, 1000), 'stored');
  assert.deepEqual(await far.heard(), ['genuine']);
  await carried([here, there], 3);
});

test('what another machine brought is not handed out again: not from its sender, nor brought anew when it has ended', async (t) => {
  const { there } = await pair(t);
  const sign = publishedSigner();
  const [far, speaker] = [await there.agent('bot:far'), await there.agent('bot:s', sign)];
  await far.send({ typ: OFFER, dst: 'swarm:x' });
  await far.heard();
  const packet = { dst: 'swarm:x', src: 'bot:s', id: 'q', body: 'who?' };
  const bring = bringer(there, sign);
  assert.equal(await bring(packet, 1000), 'stored');
  assert.deepEqual(await far.heard(), ['who?']);
  await speaker.send(packet);
  assert.deepEqual([await speaker.heard(), await far.heard()], [[], []]);
  const [placed] = await there.house.store.arrivals(nameScope('swarm:'), 0, 1);
  assert.ok(placed);
  await there.house.store.commit([{ op: 'remove', ...placed }]);
  assert.equal(await bring(packet, 2000), 'stored');
  assert.deepEqual(await far.heard(), []);
});

/** As another peer would bring it. */
function bringer({ house }: Machine, sign = publishedSigner()) {
  return async (fields: Fields, lifeMs: number) => {
    const now = house.clock.now();
    const { kind } = await house.pipeline.admit({
      ...{ envelope: toEnvelope(decodePacket(await sign(fields))), scope: nameScope('swarm:'), hint: '', via: 'sync' },
      ...{ time: now, received: now, expires: now + lifeMs },
    });
    return kind;
  };
}

test('what a name cannot be claimed for is what no packet gets to', async (t) => {
  const { here } = await pair(t);
  const agent = await here.agent('bot:a');
  for (const name of ['swarm:', 'swarm:x', 'nearest:x', 'inbox:ack', 'server', 'discover:info']) {
    await agent.send({ dst: `claim:${name}`, id: name });
    assert.deepEqual(await agent.heard(), ['error:bad_name'], name);
  }
});

/** A network: each machine but the first is linked to an earlier one, and there are `extra` links more. */
const networks = fc.integer({ min: 3, max: 6 }).chain((size) =>
  fc.record({
    links: fc.tuple(...Array.from({ length: size - 1 }, (_, i) => fc.nat(i))),
    extra: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 4 }),
    /** Members at each machine; those without may be mere carriers. */
    members: fc.array(fc.nat(2), { minLength: size, maxLength: size }),
    /** Where each packet enters, some at two machines. */
    packets: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { minLength: 1, maxLength: 4 }),
  }),
);

test('whatever the network of machines, with rings in it, each machine takes and each member gets each packet once, and no link multiplies it', async () => {
  await fc.assert(
    fc.asyncProperty(networks, async ({ links, extra, members, packets }) => {
      const all = createMachines();
      try {
        const enters = new Set(packets.flat());
        const machines = await Promise.all(members.map((count, at) => all.machine(count > 0 || enters.has(at))));
        const joins = [...links.map((to, i) => [i + 1, to] as const), ...extra.filter(([a, b]) => a !== b)];
        const distinct = new Map(joins.map(([a, b]) => [`${Math.min(a, b)}-${Math.max(a, b)}`, [a, b] as const]));
        for (const [a, b] of distinct.values()) await join(at(machines, a), at(machines, b));
        await Promise.all(machines.map(({ network }) => network.settled()));
        const listeners = await Promise.all(
          members.flatMap((count, i) =>
            Array.from({ length: count }, (_, n) => at(machines, i).agent(`bot:${i}-${n}`)),
          ),
        );
        for (const one of listeners) await one.send({ typ: OFFER, dst: 'swarm:x' });
        for (const one of listeners) assert.deepEqual(await one.heard(), ['done']);
        const sign = publishedSigner();
        const speakers = new Map(
          await Promise.all([...enters].map(async (i) => [i, await at(machines, i).agent('bot:s', sign)] as const)),
        );
        for (const [n, machinesOf] of packets.entries()) {
          for (const i of new Set(machinesOf))
            await speakers.get(i)?.send({ dst: 'swarm:x', id: `${n}`, body: `${n}` });
        }
        for (const speaker of speakers.values()) await speaker.heard();
        await carried(machines, packets.length);
        for (const { inserted } of machines) assert.equal(inserted.length, packets.length);
        const bodies = packets.map((_, n) => `${n}`);
        for (const one of listeners) assert.deepEqual((await one.heard()).sort(), bodies);
        const copies = machines.reduce((sum, machine) => sum + machine.copies(), 0);
        const entries = packets.reduce((sum, machines) => sum + new Set(machines).size, 0);
        // Each way, and twice where two exchanges overlap (spec/09-sync.md#sets).
        const most = 4 * distinct.size * entries;
        assert.ok(copies <= most, `${copies} copies over ${distinct.size} links of ${entries} packets`);
      } finally {
        await all.close();
      }
    }),
    { numRuns: 12 },
  );
});

const at = <T>(all: readonly T[], index: number): T => all[index] as T;
