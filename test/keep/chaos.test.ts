/** Connections that break anywhere in a frame: senders try again until they are told, and nothing comes twice or is lost. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { frame } from '../../src/core/packet/frames.ts';
import { generator } from '../bundle/support.ts';
import { openWire, publishedSigner } from '../compat/published-keep-client.ts';
import { stage } from './support.ts';

const SEED = Number(process.env.SEED ?? 5);
const SENDERS = 6;
const EACH = 12;

it(`packets over breaking connections wait once each, and are handed over once (seed ${SEED})`, async (t) => {
  const random = generator(SEED);
  const { server, agent } = await stage(t);
  const owner = await agent('bot:away');
  assert.equal((await owner.ask({ dst: 'claim:bot:away', body: '' })).body, 'claimed');
  owner.wire.end();
  await owner.wire.closed;
  const probe = await agent('bot:probe');
  while ((await probe.ask({ dst: 'bot:away', id: `${Math.random()}`, body: 'probe' })).body !== 'queued');

  let broken = 0;
  const send = async (bytes: Uint8Array): Promise<void> => {
    for (;;) {
      const wire = await openWire(server.port);
      if (random() < 0.5) {
        wire.raw(bytes.subarray(0, Math.floor(random() * bytes.length)));
        wire.end();
        broken++;
        continue;
      }
      wire.raw(bytes);
      const answer = await wire.read();
      wire.end();
      assert.equal(answer.body, 'queued');
      // Who is not sure whether it was told tries again: that changes nothing.
      if (random() < 0.7) return;
    }
  };
  const sent = Array.from({ length: SENDERS }, async (_, n) => {
    const sign = publishedSigner();
    for (let i = 0; i < EACH; i++) {
      await send(frame(await sign({ src: `bot:${n}`, dst: 'bot:away', id: `${n}/${i}`, body: `${n}/${i}` })));
    }
  });
  await Promise.all(sent);
  assert.ok(broken > 20, `${broken} broken`);

  const back = await agent('bot:away', owner.sign);
  await back.ask({});
  const bodies = new Set<string>();
  while (bodies.size < SENDERS * EACH) {
    const packet = await back.wire.read();
    await back.acknowledge(packet);
    if (packet.body === 'probe') continue;
    assert.ok(!bodies.has(packet.body), `${packet.body} came twice`);
    bodies.add(packet.body);
  }
});
