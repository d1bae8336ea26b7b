/**
 * What published keep clients count on, as facts that any server is held to. Each is replayed on the wire by
 * published-keep-client.ts; none needs the published programs.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Packet } from '../../src/core/packet/packet.ts';
import { ephemeral, type Fields, openWire, publishedSigner, type Wire } from './published-keep-client.ts';

/** Starts a server that ends with the test, and says on which port of this machine it listens. */
export type StartKeep = (test: TestContext) => Promise<number>;

const UNSIGNED = 0;

/** Signed by a key of its own, over one connection that stays. */
async function agent(test: TestContext, port: number, src: string) {
  const sign = publishedSigner();
  const wire = await openWire(port);
  test.after(() => wire.end());
  const send = async (fields: Fields): Promise<void> => wire.frame(await sign({ src, ...fields }));
  const ask = async (fields: Fields): Promise<Packet> => {
    await send(fields);
    return wire.read();
  };
  assert.equal((await ask({ body: 'register' })).body, 'done');
  return { wire, sign, send, ask };
}

/** A reply of the server: the id of what it answers, and nothing but what is told. */
function assertReply(reply: Packet, id: string, body: string): void {
  const { sig, pk, scar, ...fields } = reply;
  assert.deepEqual([sig.length, pk.length, scar.length], [UNSIGNED, UNSIGNED, 0]);
  assert.deepEqual(fields, { typ: 1, id, src: 'server', dst: '', body, fee: 0n, ttl: 0 });
}

/** Nothing came in answer to what was sent before: the next thing that comes is the reply to this. */
async function assertSilentUntilNow(wire: Wire, sign: ReturnType<typeof publishedSigner>): Promise<void> {
  wire.frame(await sign({ id: 'fence' }));
  assertReply(await wire.read(), 'fence', 'done');
}

export function holdToPublishedFacts(name: string, start: StartKeep): void {
  describe(`${name}, as published clients know it`, () => {
    it('answers what is for the server itself, with the same id and the word "done"', async (t) => {
      const port = await start(t);
      const sign = publishedSigner();
      for (const dst of ['server', '']) {
        assertReply(await ephemeral(port, await sign({ id: `to-${dst}`, dst, body: 'hello' })), `to-${dst}`, 'done');
      }
    });

    it('meets unsigned, half-signed and badly signed packets with silence, and keeps the connection', async (t) => {
      const port = await start(t);
      const { wire, sign } = await agent(t, port, 'bot:a');
      const good = Buffer.from(await sign({ body: 'good' }));
      const [sig, pk, rest] = [good.subarray(0, 66), good.subarray(66, 100), good.subarray(100)];
      wire.frame(rest);
      wire.frame(Buffer.concat([sig, rest]));
      wire.frame(Buffer.concat([pk, rest]));
      const changed = Buffer.from(good);
      changed[changed.length - 3] = (changed[changed.length - 3] ?? 0) ^ 1;
      wire.frame(changed);
      await assertSilentUntilNow(wire, sign);
    });

    it('tells about itself in the published shapes', async (t) => {
      const port = await start(t);
      const { ask } = await agent(t, port, 'bot:a');
      const discover = async (what: string) => JSON.parse((await ask({ dst: `discover:${what}` })).body);
      const info = await discover('info');
      assert.equal(typeof info.version, 'string');
      assert.ok(Number.isInteger(info.agents_online) && Number.isInteger(info.uptime_sec));
      assert.deepEqual((await discover('agents')).agents, ['bot:a']);
      await ask({ scar: Uint8Array.of(1, 2, 3) });
      const stats = await discover('stats');
      assert.deepEqual(stats.scar_exchanges, { 'bot:a': 1 });
      assert.ok(stats.total_packets >= 4);
      assertReply(await ask({ id: 'odd', dst: 'discover:nonsense' }), 'odd', 'error:unknown_discovery');
    });

    it('hands a packet on as it was signed, and tells its sender nothing', async (t) => {
      const port = await start(t);
      const alice = await agent(t, port, 'bot:alice');
      const bob = await agent(t, port, 'bot:bob');
      const fields = { id: 'm', src: 'bot:bob', dst: 'bot:alice', body: 'psst', typ: 1, fee: 9n, ttl: 5 };
      const payload = await bob.sign({ ...fields, scar: Uint8Array.of(7) });
      bob.wire.frame(payload);
      const { sig, pk, scar, ...got } = await alice.wire.read();
      assert.deepEqual(got, fields);
      assert.deepEqual([sig.length, pk.length, [...scar]], [64, 32, [7]]);
      await assertSilentUntilNow(bob.wire, bob.sign);
    });

    it('hands on what an ephemeral sender sent, and answers it with silence', async (t) => {
      const port = await start(t);
      const alice = await agent(t, port, 'bot:alice');
      const wire = await openWire(port);
      const sign = publishedSigner();
      wire.frame(await sign({ dst: 'bot:alice', body: 'psst', src: 'bot:passing' }));
      assert.equal((await alice.wire.read()).src, 'bot:passing');
      await assertSilentUntilNow(wire, sign);
      wire.end();
    });

    it('says "error:offline" of a name that nobody bears', async (t) => {
      const port = await start(t);
      const sign = publishedSigner();
      assertReply(await ephemeral(port, await sign({ id: 'x', dst: 'bot:nobody' })), 'x', 'error:offline');
    });

    it('gives an unclaimed name to the last key that speaks under it, and closes the older connection', async (t) => {
      const port = await start(t);
      const first = await agent(t, port, 'bot:name');
      const second = await agent(t, port, 'bot:name');
      await first.wire.closed;
      const other = await agent(t, port, 'bot:other');
      await other.send({ dst: 'bot:name', body: 'to whom?' });
      assert.equal((await second.wire.read()).body, 'to whom?');
    });

    it('lets go of a name when its connection ends', async (t) => {
      const port = await start(t);
      const gone = await agent(t, port, 'bot:gone');
      gone.wire.end();
      await gone.wire.closed;
      const other = await agent(t, port, 'bot:other');
      assert.equal((await other.ask({ dst: 'bot:gone' })).body, 'error:offline');
    });

    it('closes the connection at a frame of no length, of too much, and at what is no packet', async (t) => {
      const port = await start(t);
      for (const bytes of [
        [0, 0, 0, 0],
        [0, 1, 0, 1],
        [0, 0, 0, 2, 0x0a, 0x7f],
        [0, 0, 0, 3, 0x22, 1, 0xff],
      ]) {
        const wire = await openWire(port);
        wire.raw(Uint8Array.from(bytes));
        await wire.closed;
      }
    });

    it('reads a frame that comes byte by byte, and several that come at once', async (t) => {
      const port = await start(t);
      const sign = publishedSigner();
      const wire = await openWire(port);
      const payload = Buffer.from(await sign({ id: 'slow' }));
      for (const byte of [0, 0, 0, payload.length, ...payload]) wire.raw(Uint8Array.of(byte));
      assertReply(await wire.read(), 'slow', 'done');
      const frames = await Promise.all(['one', 'two', 'three'].map((id) => sign({ id })));
      wire.raw(Buffer.concat(frames.flatMap((each) => [Buffer.from([0, 0, 0, each.length]), each])));
      for (const id of ['one', 'two', 'three']) assertReply(await wire.read(), id, 'done');
      wire.end();
    });
  });
}
