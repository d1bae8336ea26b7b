/** A keep server over a house in memory, whose time the test decides, and agents that speak to it over real sockets. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type AgentOptions, startAgent } from '../../src/agent/agent.ts';
import { toHex } from '../../src/core/bytes.ts';
import { envelopeId } from '../../src/core/envelope/envelope.ts';
import type { Packet } from '../../src/core/packet/packet.ts';
import { toEnvelope } from '../../src/core/packet/packet-envelope.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { random, clock as real, sha256 } from '../../src/platform/node/crypto.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';
import { createHouse } from '../../src/runtime/house.ts';
import { type Fields, openWire, publishedSigner } from '../compat/published-keep-client.ts';

export const silent = { info() {}, warn() {}, error: (fields: object) => assert.fail(JSON.stringify(fields)) };

export async function stage(test: TestContext, options: Partial<AgentOptions> = {}) {
  let skipped = 0;
  const clock = { now: () => real.now() + skipped, after: real.after };
  const verifier = createVerifier({ workers: 1 });
  const house = createHouse({
    ...{ store: createMemoryStore({ clock }), blobs: createMemoryBlobs(), verifier, clock, random, sha256 },
  });
  const open = () =>
    startAgent({ house, dataDir: import.meta.dirname, port: 0, host: '127.0.0.1', logger: silent, ...options });
  let server = await open();
  test.after(async () => {
    await server.close();
    await verifier.close();
  });
  return {
    house,
    get server() {
      return server;
    },
    skip: (ms: number) => {
      skipped += ms;
    },
    async restart() {
      await server.close();
      server = await open();
    },
    agent: (src: string, sign = publishedSigner()) => agent(test, () => server.port, src, sign),
  };
}

export type Agent = Awaited<ReturnType<typeof agent>>;

async function agent(test: TestContext, port: () => number, src: string, sign: ReturnType<typeof publishedSigner>) {
  const wire = await openWire(port());
  test.after(() => wire.end());
  const send = async (fields: Fields): Promise<void> => wire.frame(await sign({ src, ...fields }));
  const ask = async (fields: Fields): Promise<Packet> => {
    await send(fields);
    return wire.read();
  };
  const acknowledge = (...packets: Packet[]): Promise<void> =>
    send({ dst: 'inbox:ack', body: packets.map((packet) => toHex(envelopeId(sha256, toEnvelope(packet)))).join(' ') });
  return { wire, sign, src, send, ask, acknowledge };
}
