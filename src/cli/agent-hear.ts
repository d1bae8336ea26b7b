/** `pipes agent listen` and `inbox`: what others sent to this agent's name. */
import type { Command } from 'commander';
import type { KeepClient } from '../agent/client.ts';
import { type AgentFlags, addAgentOptions, withAgent } from './agent-flags.ts';
import { packetJson, packetLine } from './agent-packets.ts';
import { EXIT } from './exit.ts';
import { countOf, secondsToMs } from './numbers.ts';
import { plural, printable } from './output.ts';
import { stopSignal } from './stop.ts';

type ListenFlags = AgentFlags & { for?: string };
type InboxFlags = AgentFlags & { all?: boolean; last: string; wait: string };

const MOST = 10_000;

export function addListen(agent: Command, finish: (code: number) => void): void {
  addAgentOptions(agent.command('listen').summary('print packets as they come'))
    .description('Connect under a name and print the packets that come for it, until Ctrl+C.')
    .option('--for <seconds>', 'stop after so long')
    .action(async (flags: ListenFlags) => finish(await listen(flags)));
}

export function addInbox(agent: Command, finish: (code: number) => void): void {
  addAgentOptions(agent.command('inbox').summary('print what came while this agent was away'))
    .description(
      'Fetch what the server kept for this name, and print what was not printed before. Each packet comes once.',
    )
    .option('--wait <seconds>', 'how long the server may stay silent before it counts as having no more', '0.5')
    .option('--all', 'print the latest, whether printed before or not; does not ask the server')
    .option('--last <count>', 'at most so many', '100')
    .action(async (flags: InboxFlags) => finish(await inbox(flags)));
}

async function listen(flags: ListenFlags): Promise<number> {
  const timeoutMs = flags.for === undefined ? undefined : secondsToMs('--for', flags.for);
  const stop = stopSignal();
  return withAgent(flags, async (client, output) => {
    const packets = client.listen({ signal: stop.signal, ...(timeoutMs !== undefined && { timeoutMs }) });
    await client.connect();
    const { host, port, src } = client;
    output.note(
      `Listening at ${host}:${port} as ${printable(src)} (${(await client.key()).slice(0, 8)}). Stop with Ctrl+C.`,
    );
    for await (const packet of packets) output.data(packetJson(packet), packetLine(packet));
    return EXIT.ok;
  }).finally(() => stop.dispose());
}

async function inbox(flags: InboxFlags): Promise<number> {
  const limit = countOf('--last', flags.last, MOST);
  const quietMs = secondsToMs('--wait', flags.wait);
  return withAgent(flags, async (client, output) => {
    if (!flags.all) {
      await client.connect();
      await quiet(client, quietMs);
    }
    const entries = flags.all ? await client.inbox(limit) : await client.takeInbox(limit);
    for (const { packet, received } of entries) {
      output.data(packetJson(packet, received), `${received.toISOString()} ${packetLine(packet)}`);
    }
    output.note(entries.length === 0 ? 'Nothing new.' : `${plural(entries.length, 'packet')}.`);
    return EXIT.ok;
  });
}

/** Resolves once nothing came for so long. */
async function quiet(client: KeepClient, ms: number): Promise<void> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  for await (const _packet of client.listen({ signal: over.signal })) timer.refresh();
}
