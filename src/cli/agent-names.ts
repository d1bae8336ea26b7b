/** `pipes agent discover` and `claim`: who is there, and whose a name is. */
import { type Command, Option } from 'commander';
import { fromHex } from '../core/bytes.ts';
import { UsageError } from '../core/errors.ts';
import { type AgentFlags, addAgentOptions, withAgent } from './agent-flags.ts';
import { EXIT } from './exit.ts';
import { countOf } from './numbers.ts';
import { printable, table } from './output.ts';

type ClaimFlags = AgentFlags & { expires?: string; transferTo?: string };

const LONGEST_S = 4_294_967_295;

export function addDiscover(agent: Command, finish: (code: number) => void): void {
  addAgentOptions(agent.command('discover [what]').summary('ask the server about itself'))
    .description('Ask the server for "info", "agents" or "stats".')
    .action(async (what: string | undefined, flags: AgentFlags) => finish(await discover(what ?? 'info', flags)));
}

export function addClaim(agent: Command, finish: (code: number) => void): void {
  addAgentOptions(agent.command('claim').summary('claim the name given with --as'))
    .description('Claim the name for this identity: nobody else can take it, and packets wait while it is away.')
    .addOption(new Option('--expires <seconds>', 'how long the claim holds (default: as the server has it)'))
    .addOption(new Option('--transfer-to <key>', 'hand the name to this key, 64 hex characters'))
    .action(async (flags: ClaimFlags) => finish(await claim(flags)));
}

async function discover(what: string, flags: AgentFlags): Promise<number> {
  return withAgent(flags, async (client, output) => {
    const found = await client.discover(what);
    const { agents } = found;
    const rows = Object.entries(found).map(([name, value]) => [name, printable(JSON.stringify(value))]);
    output.data(found, Array.isArray(agents) ? agents.map((name) => printable(String(name))).join('\n') : table(rows));
    return EXIT.ok;
  });
}

async function claim(flags: ClaimFlags): Promise<number> {
  const { transferTo } = flags;
  if (transferTo !== undefined && fromHex(transferTo, 32) === undefined) {
    throw new UsageError(`Cannot use --transfer-to: expected 64 lower-case hex characters, got "${transferTo}".`);
  }
  const expiresS = flags.expires === undefined ? undefined : countOf('--expires', flags.expires, LONGEST_S);
  return withAgent(flags, async (client, output) => {
    const given = { ...(expiresS !== undefined && { expiresS }), ...(transferTo !== undefined && { transferTo }) };
    const claimed = await client.claim(given);
    const key = transferTo ?? (await client.key());
    if (claimed.kind === 'refused') {
      output.data({ name: client.src, error: claimed.error }, `Refused: ${printable(claimed.error)}.`);
      return EXIT.remote;
    }
    output.data({ name: client.src, key, claimed: true }, `${printable(client.src)} belongs to ${key}.`);
    return EXIT.ok;
  });
}
