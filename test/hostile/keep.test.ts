/** A keep server under attack: each attacker is bounded, and an honest agent is answered all the while. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startAgent } from '../../src/agent/agent.ts';
import { frame } from '../../src/core/packet/frames.ts';
import { type Fields, openWire, publishedSigner, type Wire } from '../compat/published-keep-client.ts';
import { type Agent, silent, stage } from '../keep/support.ts';

/** Resolves when the honest agent has its answer; the test's own patience is the bound. */
const isServed = async (honest: Agent): Promise<void> => assert.equal((await honest.ask({ id: 'here' })).body, 'done');

async function wires(t: TestContext, port: number, count: number): Promise<Wire[]> {
  const all = await Promise.all(Array.from({ length: count }, () => openWire(port)));
  t.after(() => {
    for (const wire of all) wire.end();
  });
  return all;
}

/** So many signed packets, one after the other in one piece of bytes. */
async function many(count: number, fields: Fields = {}, sign = publishedSigner()): Promise<Buffer> {
  const one = frame(await sign(fields));
  return Buffer.concat(Array.from({ length: count }, () => one));
}

describe('a keep server', () => {
  it('answers others while one floods it and takes no answer', async (t) => {
    const { server, agent } = await stage(t, { policy: { free_per_minute: 1_000_000 } });
    const honest = await agent('bot:honest');
    const flood = await many(4000, { id: 'x'.repeat(200) });
    for (const wire of await wires(t, server.port, 4)) wire.raw(flood);
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 20; i++) await isServed(honest);
    assert.ok(process.memoryUsage.rss() - before < 150e6, 'what is not taken is not held');
  });

  it('drops what is badly signed without an answer, and tells of a few of them alone', async (t) => {
    const lines: object[] = [];
    const logger = { ...silent, warn: (fields: object) => void lines.push(fields) };
    const { server, agent } = await stage(t, { logger });
    const honest = await agent('bot:honest');
    const bad = Buffer.from(await many(1));
    bad[30] = (bad[30] ?? 0) ^ 1;
    const flood = Buffer.concat(Array.from({ length: 2000 }, () => bad));
    const [wire] = await wires(t, server.port, 1);
    wire?.raw(flood);
    const sign = publishedSigner();
    wire?.raw(frame(await sign({ id: 'after them' })));
    assert.equal((await wire?.read())?.id, 'after them');
    await isServed(honest);
    assert.ok(lines.length >= 1 && lines.length <= 100, `${lines.length} lines`);
  });

  it('closes half frames in time, and lengths that may not be at once', async (t) => {
    const { server, agent, skip } = await stage(t);
    const honest = await agent('bot:honest');
    const [huge, zero, ...halves] = await wires(t, server.port, 102);
    huge?.raw(Uint8Array.of(0, 1, 0, 1));
    zero?.raw(Uint8Array.of(0, 0, 0, 0));
    for (const wire of halves) wire.raw(Uint8Array.of(0, 0, 0xff, 0xff, 1, 2, 3));
    await Promise.all([huge?.closed, zero?.closed]);
    await isServed(honest);
    const open = new Set(halves);
    for (const wire of halves) void wire.closed.then(() => open.delete(wire));
    for (; open.size > 0; await isServed(honest)) skip(31_000);
  });

  it('serves a slow sender of a frame, byte by byte, and gives up a bare packet that never ends', async (t) => {
    const dropped: object[] = [];
    const { server, agent, skip } = await stage(t, {
      logger: { ...silent, warn: (fields) => void dropped.push(fields) },
    });
    const honest = await agent('bot:honest');
    const [slow, endless] = await wires(t, server.port, 2);
    const sign = publishedSigner();
    for (const byte of frame(await sign({ id: 'slow' }))) slow?.raw(Uint8Array.of(byte));
    assert.equal((await slow?.read())?.id, 'slow');
    const bare = await sign({ id: 'bare', body: 'x'.repeat(500) });
    endless?.raw(bare.subarray(0, 300));
    for (; dropped.length === 0; await isServed(honest)) skip(1500);
    assert.equal((dropped[0] as { why: string }).why, 'incomplete');
    // What was incomplete is forgotten, and the connection serves on.
    endless?.raw(bare);
    assert.match(Buffer.from((await endless?.readRaw()) ?? []).toString('latin1'), /done/);
  });

  it('lets in so many connections from one address, and more when some have gone', async (t) => {
    const { server, agent } = await stage(t, { policy: { connections_per_address: 8 } });
    const honest = await agent('bot:honest');
    const all = await wires(t, server.port, 20);
    const open = new Set(all);
    for (const wire of all) void wire.closed.then(() => open.delete(wire));
    while (open.size > 7) await isServed(honest);
    const [leaving] = open;
    leaving?.end();
    await leaving?.closed;
    const sign = publishedSigner();
    for (let isIn = false; !isIn; ) {
      const wire = await openWire(server.port);
      wire.frame(await sign({}));
      isIn = await wire.read().then(
        () => true,
        () => false,
      );
      wire.end();
    }
  });

  it('bounds what one may claim and how many names one bears', async (t) => {
    const { agent } = await stage(t, { policy: { claims_per_key: 3 } });
    const squatter = await agent('bot:squatter');
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push((await squatter.ask({ dst: `claim:bot:${i}`, body: '' })).body);
    assert.deepEqual(answers, ['claimed', 'claimed', 'claimed', 'error:too_many_claims', 'error:too_many_claims']);
    const names = [];
    for (let i = 0; i < 40; i++) names.push((await squatter.ask({ src: `name-${i}` })).body);
    assert.equal(names.filter((body) => body === 'done').length, 31);
    assert.equal(names.at(-1), 'error:too_many_names');
  });

  it('bounds the claims of one address over many keys', async (t) => {
    const { agent } = await stage(t, { policy: { claims_per_address_per_day: 4 } });
    const answers = [];
    for (let i = 0; i < 6; i++) {
      const squatter = await agent(`bot:${i}`);
      answers.push((await squatter.ask({ dst: `claim:name-${i}`, body: '' })).body);
    }
    assert.deepEqual(answers.slice(3), ['claimed', 'error:too_many_claims', 'error:too_many_claims']);
  });

  it('writes one plain line to the log, whatever a name holds', async (t) => {
    const lines: string[] = [];
    const logger = { ...silent, warn: (fields: object) => void lines.push(JSON.stringify(fields)) };
    const { server, agent } = await stage(t, { logger });
    const honest = await agent('bot:honest');
    const [wire] = await wires(t, server.port, 1);
    const sign = publishedSigner();
    const packet = await sign({ src: 'x\n{"level":60}\u001b[2J\u202e'.repeat(50) });
    packet[10] = (packet[10] ?? 0) ^ 1;
    wire?.frame(packet);
    while (lines.length === 0) await isServed(honest);
    const detail: string = JSON.parse(lines[0] ?? '').detail;
    assert.match(detail, /^[ -~]+…\(\d+\)$|^[ -~]+$/);
    assert.ok(detail.length < 1000 && !detail.includes('\n'));
  });

  it('takes nothing from one sender that another needs: quota and inbox are of each key', async (t) => {
    const { agent } = await stage(t, { policy: { free_per_minute: 5, inbox_per_sender: 2 } });
    const owner = await agent('bot:away');
    assert.equal((await owner.ask({ dst: 'claim:bot:away', body: '' })).body, 'claimed');
    owner.wire.end();
    const [greedy, modest] = [await agent('bot:greedy'), await agent('bot:modest')];
    const said = [];
    for (let i = 0; i < 7; i++) said.push((await greedy.ask({ dst: 'bot:away', id: `${i}`, body: 'x' })).body);
    assert.ok(said.includes('error:inbox_full') && said.at(-1) === 'error:fee_required', said.join());
    while ((await modest.ask({ dst: 'bot:away', id: `${Math.random()}`, body: 'x' })).body !== 'queued');
  });
});

it('says an occupied port as the system does', async (t) => {
  const { server, house } = await stage(t);
  const again = startAgent({
    house,
    dataDir: import.meta.dirname,
    port: server.port,
    host: '127.0.0.1',
    logger: silent,
  });
  await assert.rejects(again, { code: 'EADDRINUSE' });
});
