/** Our own server: first all that published clients count on, then what its claims, inboxes, swarms and scars promise. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { type Packet, signedBytes } from '../../src/core/packet/packet.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';
import { holdToPublishedFacts } from '../compat/keep-facts.ts';
import { type Agent, stage } from './support.ts';

holdToPublishedFacts('our server', async (test) => (await stage(test)).server.port);

const bodies = async (agent: Agent, count: number): Promise<string[]> => {
  const all: string[] = [];
  while (all.length < count) all.push((await agent.wire.read()).body);
  return all;
};
const claim = async (agent: Agent, body = ''): Promise<string> =>
  (await agent.ask({ dst: `claim:${agent.src}`, body })).body;

describe('a claimed name', () => {
  it('is refused to another key, in use and in claiming, and stays with its owner through a restart', async (t) => {
    const { agent, restart } = await stage(t);
    const owner = await agent('bot:owner');
    assert.equal(await claim(owner), 'claimed');
    assert.equal(await claim(owner), 'claimed');
    for (let i = 0; i < 2; i++) {
      const thief = await agent('bot:owner');
      assert.equal((await thief.ask({ id: 'x', body: 'mine' })).body, 'error:name_claimed');
      assert.equal(await claim(await agent(`bot:other-${i}`)), 'claimed');
      await restart();
    }
    const again = await agent('bot:owner', owner.sign);
    assert.equal((await again.ask({})).body, 'done');
  });

  it('is not claimed by use, and free when the claim ends, which the same packet does not renew', async (t) => {
    const { agent, skip } = await stage(t);
    const user = await agent('bot:n');
    assert.equal((await user.ask({})).body, 'done');
    const other = await agent('bot:n');
    assert.equal((await other.ask({})).body, 'done');
    const body = JSON.stringify({ expires_s: 60 });
    const packet = await other.sign({ src: 'bot:n', dst: 'claim:bot:n', id: 'c', body });
    other.wire.frame(packet);
    assert.equal((await other.wire.read()).body, 'claimed');
    skip(61_000);
    other.wire.frame(packet);
    assert.equal((await other.wire.read()).body, 'error:claim_used');
    const third = await agent('bot:n');
    assert.equal((await third.ask({})).body, 'done');
  });

  it('is handed on to another key', async (t) => {
    const { agent } = await stage(t);
    const old = await agent('bot:n');
    const heir = await agent('bot:heir');
    const heirs = await heir.sign({});
    const { pk } = (await import('../../src/core/packet/packet.ts')).decodePacket(heirs);
    assert.equal(await claim(old), 'claimed');
    assert.equal(await claim(old, JSON.stringify({ transfer_to_pk: toHex(pk) })), 'claimed');
    const asHeir = await agent('bot:n', heir.sign);
    assert.equal((await asHeir.ask({})).body, 'done');
    assert.equal((await (await agent('bot:n', old.sign)).ask({})).body, 'error:name_claimed');
  });
});

describe('what waits for a claimed name', () => {
  it('is promised with a signature, kept through a restart, handed over once by fee, and receipted', async (t) => {
    const { agent, restart, server } = await stage(t);
    const owner = await agent('bot:away');
    await claim(owner);
    owner.wire.end();
    await restart();
    const sender = await agent('bot:sender');
    for (const [body, fee] of [
      ['a', 0n],
      ['b', 5n],
      ['c', 0n],
    ] as const) {
      const reply = await sender.ask({ dst: 'bot:away', id: body, body, fee });
      assert.deepEqual([reply.body, reply.src, toHex(reply.pk)], ['queued', 'server', server.key]);
      assert.ok(await verified(reply));
    }
    await restart();
    const back = await agent('bot:away', owner.sign);
    assert.equal((await back.ask({ id: 'hello' })).body, 'done');
    const packets = [await back.wire.read(), await back.wire.read(), await back.wire.read()];
    assert.deepEqual(
      packets.map(({ body }) => body),
      ['b', 'a', 'c'],
    );
    for (const packet of packets) assert.ok(await verified(packet));
    const listener = await agent('bot:sender', sender.sign);
    assert.equal((await listener.ask({})).body, 'done');
    await back.acknowledge(...packets);
    const receipts = await bodies(listener, 3);
    for (const receipt of receipts) assert.match(receipt, /^receipt:[0-9a-f]{64}$/);
    const later = await agent('bot:away', owner.sign);
    assert.equal((await later.ask({ id: 'first' })).body, 'done');
    await nothingBefore(later, listener);
  });

  it('is not handed to a connection that ends, nor removed before it is acknowledged', async (t) => {
    const { agent } = await stage(t);
    const owner = await agent('bot:away');
    await claim(owner);
    owner.wire.end();
    const sender = await agent('bot:sender');
    while ((await sender.ask({ dst: 'bot:away', id: `${Math.random()}`, body: 'one' })).body !== 'queued');
    for (let i = 0; i < 2; i++) {
      const back = await agent('bot:away', owner.sign);
      await back.ask({});
      assert.equal((await back.wire.read()).body, 'one');
      back.wire.end();
    }
  });

  it('never arrives once it has expired, and counts its life from the first intake', async (t) => {
    const { agent, skip } = await stage(t);
    const owner = await agent('bot:away');
    await claim(owner);
    owner.wire.end();
    const sender = await agent('bot:sender');
    const queue = async (body: string, ttl: number) =>
      assert.equal((await sender.ask({ dst: 'bot:away', id: body, body, ttl })).body, 'queued');
    await queue('short', 5);
    await queue('long', 0);
    skip(6 * 86_400_000);
    const back = await agent('bot:away', owner.sign);
    await back.ask({});
    assert.deepEqual(await bodies(back, 1), ['long']);
    back.wire.end();
    skip(86_400_000);
    const late = await agent('bot:away', owner.sign);
    await late.ask({});
    await nothingBefore(late, sender);
  });

  it('is bounded for each sender', async (t) => {
    const { agent } = await stage(t, { policy: { inbox_per_sender: 2 } });
    const owner = await agent('bot:away');
    await claim(owner);
    owner.wire.end();
    const one = await agent('bot:one');
    const words = [];
    for (let i = 0; i < 3; i++) words.push((await one.ask({ dst: 'bot:away', id: `${i}`, body: 'x' })).body);
    assert.deepEqual(words, ['queued', 'queued', 'error:inbox_full']);
    assert.equal((await (await agent('bot:two')).ask({ dst: 'bot:away', body: 'x' })).body, 'queued');
  });
});

describe('delivery', () => {
  it('is once for the same signed bytes, and anew after ten minutes', async (t) => {
    const { agent, skip } = await stage(t);
    const [a, b] = [await agent('bot:a'), await agent('bot:b')];
    await b.ask({});
    const packet = await a.sign({ src: 'bot:a', dst: 'bot:b', id: 'once', body: 'once' });
    for (let i = 0; i < 3; i++) a.wire.frame(packet);
    await a.send({ dst: 'bot:b', body: 'after' });
    assert.deepEqual(await bodies(b, 2), ['once', 'after']);
    skip(601_000);
    a.wire.frame(packet);
    assert.deepEqual(await bodies(b, 1), ['once']);
  });

  it('goes to the newest connection of a key, and to the older one when that ends', async (t) => {
    const { agent } = await stage(t);
    const old = await agent('bot:b');
    await old.ask({});
    const young = await agent('bot:b', old.sign);
    await young.ask({});
    const a = await agent('bot:a');
    await a.send({ dst: 'bot:b', body: 'one' });
    assert.deepEqual(await bodies(young, 1), ['one']);
    young.wire.end();
    let left = 0;
    const reading = bodies(old, 1);
    while ((await a.ask({ dst: 'discover:agents' })).body.includes('bot:b') && left++ < 3);
    await a.send({ dst: 'bot:b', body: 'two' });
    assert.deepEqual(await reading, ['two']);
  });

  it('asks a fee beyond the free quota', async (t) => {
    const { agent } = await stage(t, { policy: { free_per_minute: 2 } });
    const a = await agent('bot:a');
    const words = [];
    for (let i = 0; i < 3; i++) words.push((await a.ask({ dst: 'bot:none', id: `${i}` })).body);
    assert.deepEqual(words, ['error:offline', 'error:offline', 'error:fee_required']);
    assert.equal((await a.ask({ dst: 'bot:none', id: 'paid', fee: 1n })).body, 'error:offline');
  });
});

describe('a swarm', () => {
  it('hears an ask but for its sender, loses who leaves, and is offline when empty', async (t) => {
    const { agent } = await stage(t);
    const all = [await agent('bot:a'), await agent('bot:b'), await agent('bot:c')] as const;
    for (const one of all) assert.equal((await one.ask({ typ: 1, dst: 'swarm:x', ttl: 60 })).body, 'done');
    await all[0].send({ dst: 'swarm:x', id: 'q', body: 'who?' });
    for (const one of all.slice(1)) {
      assert.deepEqual(await bodies(one, 1), ['who?']);
      await one.send({ typ: 1, dst: 'bot:a', id: 'q', body: one.src });
    }
    assert.deepEqual((await bodies(all[0], 2)).sort(), ['bot:b', 'bot:c']);
    for (const one of all.slice(1))
      assert.equal((await one.ask({ typ: 1, dst: 'swarm:x', body: 'leave' })).body, 'done');
    assert.equal((await all[0].ask({ dst: 'swarm:x', id: 'r', body: 'who?' })).body, 'error:offline');
  });

  it('has a nearest member: the one that answers fastest', async (t) => {
    const { agent, skip } = await stage(t);
    const asker = await agent('bot:a');
    const [slow, fast] = [await agent('bot:slow'), await agent('bot:fast')];
    for (const one of [slow, fast]) await one.ask({ typ: 1, dst: 'nearest:x', ttl: 6000 });
    for (const [one, ms] of [
      [slow, 5000],
      [fast, 10],
    ] as const) {
      await asker.send({ dst: 'nearest:x', id: one.src, body: 'first' });
      assert.deepEqual(await bodies(one, 1), ['first']);
      skip(ms);
      await one.send({ typ: 1, dst: 'bot:a', id: one.src, body: 'here' });
      assert.deepEqual(await bodies(asker, 1), ['here']);
    }
    await asker.send({ dst: 'nearest:x', id: 'then', body: 'then' });
    assert.deepEqual(await bodies(fast, 1), ['then']);
  });
});

describe('a scar', () => {
  it('is listed for and fetched by those that its author names', async (t) => {
    const { agent } = await stage(t);
    const [author, friend, stranger] = [await agent('bot:a'), await agent('bot:f'), await agent('bot:s')];
    const { decodePacket } = await import('../../src/core/packet/packet.ts');
    const keyOf = async (one: Agent) => toHex(decodePacket(await one.sign({})).pk);
    const scar = utf8('what I learnt');
    const body = JSON.stringify({ to: [await keyOf(friend)] });
    const hash = (await author.ask({ dst: 'scar:put', body, scar })).body;
    const query = JSON.stringify({ author: await keyOf(author), hash });
    assert.equal(toHex((await friend.ask({ dst: 'scar:get', body: query })).scar), toHex(scar));
    assert.equal(JSON.parse((await friend.ask({ dst: 'scar:list', body: query })).body).scars[0].hash, hash);
    assert.equal((await stranger.ask({ dst: 'scar:get', body: query })).body, 'error:no_scar');
    assert.deepEqual(JSON.parse((await stranger.ask({ dst: 'scar:list', body: query })).body), { scars: [] });
  });
});

async function verified(packet: Packet): Promise<boolean> {
  const verifier = createVerifier({ workers: 1 });
  return verifier.verify(packet.pk, packet.sig, signedBytes(packet)).finally(() => verifier.close());
}

/** A packet of the other is the next thing that comes, though all that waited would have come before it. */
async function nothingBefore(quiet: Agent, other: Agent): Promise<void> {
  // Quiet long enough for what waits: the server hands that over after its answer, then this arrives.
  await new Promise((done) => setTimeout(done, 600));
  await other.send({ dst: quiet.src, id: 'fence', body: 'fence' });
  assert.deepEqual(await bodies(quiet, 1), ['fence']);
}
