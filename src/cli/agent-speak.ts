/** `pipes agent send` and `ask`: one packet to another agent, and what becomes of it. */
import { text as readAll } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import type { Answer, PacketOptions, Told } from '../agent/client.ts';
import { UsageError } from '../core/errors.ts';
import { hasRelay } from '../core/recipient.ts';
import { type AgentFlags, addAgentOptions, withAgent } from './agent-flags.ts';
import { packetJson, packetLine } from './agent-packets.ts';
import { EXIT } from './exit.ts';
import { countOf, secondsToMs } from './numbers.ts';
import { printable } from './output.ts';

interface SpeakFlags extends AgentFlags {
  fee: string;
  ttl: string;
  exact?: boolean;
}

type AskFlags = SpeakFlags & { deadline: string; all?: boolean };

const LONGEST_TTL_S = 4_294_967_295;

export function addSend(agent: Command, finish: (code: number) => void): void {
  addSpeakOptions(agent.command('send <to> <text>').summary('send a packet to an agent'))
    .description('Sign a packet and send it. Exits with 3 where the server refuses it. "-" as the text reads stdin.')
    .action(async (to: string, text: string, flags: SpeakFlags) => finish(await send(to, text, flags)));
}

export function addAsk(agent: Command, finish: (code: number) => void): void {
  addSpeakOptions(agent.command('ask <to> <text>').summary('ask an agent and print its answer'))
    .description('Ask an agent, or with --all a swarm, and print what is answered. Exits with 3 where no answer came.')
    .addOption(new Option('--deadline <seconds>', 'how long to wait for the answer').default('10'))
    .option('--all', 'print every answer that comes before the deadline')
    .action(async (to: string, text: string, flags: AskFlags) => finish(await ask(to, text, flags)));
}

function addSpeakOptions(command: Command): Command {
  return addAgentOptions(command)
    .option('--fee <satoshis>', 'what the packet is worth', '0')
    .option('--ttl <seconds>', 'how long it is worth delivering', '60')
    .option('--exact', 'take the name as it is, also where it holds an "@"');
}

async function send(entered: string, given: string, flags: SpeakFlags): Promise<number> {
  const to = await resolved(entered, flags);
  const body = await textOf(given);
  return withAgent(flags, async (client, output) => {
    const told = await client.tell(to, body, packetOptions(flags));
    output.data({ to, outcome: told.kind, ...errorIn(told) }, sentence(to, told));
    return told.kind === 'refused' ? EXIT.remote : EXIT.ok;
  });
}

function sentence(to: string, told: Told): string {
  const name = printable(to);
  if (told.kind === 'delivered') return `Delivered to ${name}.`;
  if (told.kind === 'queued' && to.startsWith('swarm:'))
    return `Nobody of ${name} is at this server; it is kept for members elsewhere.`;
  if (told.kind === 'queued') return `${name} is away; the server keeps it: ${printable(told.reply.body)}.`;
  return `Refused: ${printable(told.error)}.`;
}

async function ask(entered: string, given: string, flags: AskFlags): Promise<number> {
  const to = await resolved(entered, flags);
  const body = await textOf(given);
  const options = { ...packetOptions(flags), deadlineMs: secondsToMs('--deadline', flags.deadline) };
  return withAgent(flags, async (client, output) => {
    await client.connect();
    if (flags.all) {
      let count = 0;
      for await (const packet of client.askAll(to, body, options)) {
        count += 1;
        output.data(packetJson(packet), packetLine(packet));
      }
      return count > 0 ? EXIT.ok : EXIT.remote;
    }
    const answer = await client.ask(to, body, options);
    if (answer.kind === 'answer')
      output.data(packetJson(answer.packet), answer.packet.body.split('\n').map(printable).join('\n'));
    else output.data({ to, outcome: answer.kind, ...errorIn(answer) }, noAnswer(to, answer));
    return answer.kind === 'answer' ? EXIT.ok : EXIT.remote;
  });
}

function noAnswer(to: string, answer: Exclude<Answer, { kind: 'answer' }>): string {
  if (answer.kind === 'refused') return `Refused: ${printable(answer.error)}.`;
  return `${printable(to)} did not answer in time${answer.queued ? '; the server keeps the ask for it' : ''}.`;
}

/** A packet bears the bare name: what stands behind an "@" is for here. */
async function resolved(to: string, { exact, host, dataDir }: SpeakFlags): Promise<string> {
  if (exact === true || !hasRelay(to)) return to;
  if (!/^(?:localhost|127\.|::1$)/.test(host)) {
    throw new UsageError(
      `Cannot find ${to}: names at relays are found by the relay on this machine, and --host is another. Leave the "@" out, or take it as it is with --exact`,
    );
  }
  const { agentOf } = await import('./recipients.ts');
  return agentOf(to, dataDir);
}

function errorIn(outcome: Told | Answer): object {
  if (outcome.kind === 'refused') return { error: outcome.error };
  return outcome.kind === 'silence' ? { queued: outcome.queued } : {};
}

async function textOf(given: string): Promise<string> {
  return given === '-' ? (await readAll(process.stdin)).trimEnd() : given;
}

function packetOptions(flags: SpeakFlags): PacketOptions {
  if (!/^\d{1,20}$/.test(flags.fee) || BigInt(flags.fee) >= 1n << 64n) {
    throw new UsageError(`Cannot use --fee: expected a number from 0 to 2^64 - 1, got "${flags.fee}".`);
  }
  return { fee: BigInt(flags.fee), ttl: countOf('--ttl', flags.ttl, LONGEST_TTL_S) };
}
