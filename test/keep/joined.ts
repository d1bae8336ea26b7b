/** Keep servers at machines that share names, over houses and a network in memory, and agents that speak to them over real sockets. */
import { type AgentServer, decideOnNames, startAgent } from '../../src/agent/agent.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { createMemoryNetwork } from '../../src/platform/memory/transport.ts';
import { clock, random, sha256, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';
import { createHouse } from '../../src/runtime/house.ts';
import { createIntake } from '../../src/runtime/intake/intake.ts';
import { createLogs } from '../../src/runtime/logs/logs.ts';
import { createBlobTraffic } from '../../src/runtime/network/blob-traffic.ts';
import { createNetwork } from '../../src/runtime/network/network.ts';
import { createScopeKeeper } from '../../src/runtime/network/sets/scopes.ts';
import { type Fields, openWire, publishedSigner } from '../compat/published-keep-client.ts';
import { silent } from './support.ts';

/** `close` ends all of it. */
export function createMachines() {
  const net = createMemoryNetwork();
  const verifier = createVerifier({ workers: 1 });
  const closing: (() => unknown)[] = [verifier.close];

  /** `serves`: whether agents may connect; else it carries what others share. */
  async function machine(serves = true) {
    const ports = { store: createMemoryStore({ clock }), blobs: createMemoryBlobs(), verifier, clock, random, sha256 };
    const house = createHouse(ports);
    const inserted: string[] = [];
    house.pipeline.subscribe('name:swarm:', ({ id }) => void inserted.push(Buffer.from(id).toString('hex')));
    const dataDir = import.meta.dirname;
    const server: AgentServer | undefined = serves
      ? await startAgent({ house, dataDir, port: 0, host: '127.0.0.1', logger: silent })
      : void (await decideOnNames(house, dataDir));
    const signer = signerFromSeed(random(32));
    const logs = await createLogs({ ...ports, logSigner: signer });
    const intake = createIntake({ ...ports, pipeline: house.pipeline, logBlobs: logs.blobs });
    const keeper = createScopeKeeper({ ...ports, pipeline: house.pipeline, envelopes: intake.envelopes });
    let copies = 0;
    const network = await createNetwork({
      ...{ store: ports.store, verifier, sha256, random, clock, signer, peer: signer.key },
      transports: [net.transport(signer.key)],
      keepers: [
        {
          ...keeper,
          take(set, rows, from) {
            copies += rows.length;
            return keeper.take(set, rows, from);
          },
        },
      ],
      blobs: createBlobTraffic({ clock, intake: intake.blobs }),
      wants: { sets: ['name:*'], authors: [] },
      name: () => 'machine',
    });
    house.others.count = () => network.peers().length;
    closing.unshift(async () => {
      await network.close();
      await logs.close();
      await server?.close();
    });
    const agent = async (src: string, sign = publishedSigner()) => {
      const wire = await openWire(server?.port ?? 0);
      closing.unshift(wire.end);
      const send = async (fields: Fields): Promise<void> => wire.frame(await sign({ src, ...fields }));
      /** All that it was handed by now. */
      const heard = async (): Promise<string[]> => {
        await send({ id: 'fence' });
        const bodies = [];
        for (;;) {
          const packet = await wire.read();
          if (packet.id === 'fence') return bodies;
          bodies.push(packet.body);
        }
      };
      return { send, heard, sign, read: wire.read };
    };
    return { house, network, inserted, copies: () => copies, agent };
  }
  return {
    machine,
    async close() {
      for (const close of closing) await close();
    },
  };
}

export type Machine = Awaited<ReturnType<ReturnType<typeof createMachines>['machine']>>;

export const join = async (from: Machine, to: Machine): Promise<void> =>
  void (await from.network.connect(await to.network.ticket()));

/** Resolves when each machine has so many packets to swarms, and all have what they want of each other. */
export async function carried(machines: readonly Machine[], count: number): Promise<void> {
  await Promise.all(
    machines.map(({ house, inserted }) => {
      if (inserted.length >= count) return undefined;
      return new Promise<void>((resolve) => {
        const stop = house.pipeline.subscribe('name:swarm:', () => {
          if (inserted.length < count) return;
          stop();
          resolve();
        });
      });
    }),
  );
  await Promise.all(machines.map(({ network }) => network.settled()));
}
