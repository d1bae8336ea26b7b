/**
 * What the tools and resources of `pipes mcp` stand on: one client that stays connected under the agent's name. A server
 * that is not there yet is tried again until it is.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentPacket, KeepClientOptions } from '../client/types.ts';
import { KeepClient } from '../client.ts';

export interface Post {
  /** Connected; rejects with RemoteError where nobody answers. */
  ready(): Promise<KeepClient>;
  readonly client: KeepClient;
  /** Connected under another name, with the same key; the caller closes it. */
  as(name: string): Promise<KeepClient>;
  close(): Promise<void>;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

export function openPost(options: KeepClientOptions, onNews: (packet: AgentPacket) => void): Post {
  const client = new KeepClient(options);
  const closing = new AbortController();
  void tell(client, onNews);
  void keepTrying(client, closing.signal);
  return {
    client,
    ready: () => client.connect(),
    as: async (src) => (await client.as(src)).connect(),
    close() {
      closing.abort();
      return client.close();
    },
  };
}

async function tell(client: KeepClient, onNews: (packet: AgentPacket) => void): Promise<void> {
  for await (const packet of client.listen()) onNews(packet);
}

/** Until the first connection stands; the client itself sees to those that follow. */
async function keepTrying(client: KeepClient, signal: AbortSignal): Promise<void> {
  for (let delay = FIRST_RETRY_MS; !signal.aborted; delay = Math.min(delay * 2, LONGEST_RETRY_MS)) {
    const isConnected = await client.connect().then(
      () => true,
      () => false,
    );
    if (isConnected) return;
    await pause(delay, undefined, { signal, ref: false }).catch(() => {});
  }
}
