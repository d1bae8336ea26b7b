/** A relay of ours for the tests of compatibility, and the clients that go with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { PiperClient, type PiperClientOptions } from '../../src/client/client.ts';
import { nodePorts } from '../../src/client/ports.ts';
import { type Relay, startRelay } from '../../src/relay/relay.ts';

export interface Place {
  readonly url: string;
  /** A client with a fresh identity unless the options give one. */
  client(options?: PiperClientOptions): PiperClient;
  /** The relay goes down and comes back at the same address with what is on its disk. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export async function openPlace(): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipes-compat-'));
  const begin = (port: number): Promise<Relay> =>
    startRelay({ port, host: '127.0.0.1', dataDir, rateLimits: false, logger: pino({ level: 'silent' }) });
  let relay = await begin(0);
  const { url, port } = relay;
  const clients: PiperClient[] = [];
  return {
    url,
    client(options = {}) {
      const settings = { url, onProblem: () => {}, ...PiperClient.generateKeys(), ...options };
      const client = new PiperClient(settings, impatientPorts());
      clients.push(client);
      return client;
    },
    async restart(meanwhile) {
      await relay.close();
      await meanwhile();
      relay = await begin(port);
    },
    async close() {
      for (const client of clients) client.close();
      await relay.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits between two attempts take a hundredth of their time. */
function impatientPorts() {
  const ports = nodePorts();
  const after = (ms: number, task: () => void) => ports.clock.after(ms / 100, task);
  return { ...ports, clock: { ...ports.clock, after } };
}
