/** Memory over a million packets: PACKETS sets how many, answered and handed on by turns over eight connections. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { frame } from '../../src/core/packet/frames.ts';
import { openWire, publishedSigner } from '../compat/published-keep-client.ts';
import { stage } from './support.ts';

const PACKETS = Number(process.env.PACKETS ?? 1_000_000);
const CONNECTIONS = 8;
const IN_FLIGHT = 64;

it(`memory is flat over ${PACKETS} packets`, async (t) => {
  const { server } = await stage(t, { rateLimits: false });
  const sizes: number[] = [];
  let answered = 0;
  const work = Array.from({ length: CONNECTIONS }, async (_, n) => {
    const wire = await openWire(server.port);
    const sign = publishedSigner();
    const share = PACKETS / CONNECTIONS;
    for (let at = 0; at < share; at += IN_FLIGHT) {
      const ids = Array.from({ length: IN_FLIGHT }, (_, i) => `${n}/${at + i}`);
      const packets = await Promise.all(
        ids.map((id, i) => sign({ src: `bot:${n}`, dst: i % 2 === 0 ? 'server' : `bot:${n}`, id, body: 'x' })),
      );
      wire.raw(Buffer.concat(packets.map(frame)));
      for (let i = 0; i < IN_FLIGHT; i++) await wire.read();
      answered += IN_FLIGHT;
      if (answered % 20_000 < IN_FLIGHT) sizes.push(process.memoryUsage().heapUsed);
    }
    wire.end();
  });
  await Promise.all(work);
  const tenth = Math.max(1, Math.floor(sizes.length / 10));
  const least = (part: number[]) => Math.min(...part);
  const [early, late] = [least(sizes.slice(tenth, 3 * tenth)), least(sizes.slice(-2 * tenth))];
  t.diagnostic(
    `${answered} packets; heap ${Math.round(early / 1e6)} MB early, ${Math.round(late / 1e6)} MB at the end`,
  );
  // What is remembered against replays is bounded: two generations of a hundred thousand.
  assert.ok(late - early < 120e6, `${early} → ${late}`);
});
