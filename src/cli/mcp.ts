/** `pipes mcp`: an agent's tools for programs that speak the Model Context Protocol, over stdin and stdout. */
import type { Command } from 'commander';
import { type AgentFlags, addAgentOptions, agentSettings } from './agent-flags.ts';
import { EXIT } from './exit.ts';
import { stopSignal } from './stop.ts';
import { version } from './version.ts';

export function addMcp(program: Command, finish: (code: number) => void): void {
  addAgentOptions(program.command('mcp'))
    .description(
      'Serve keep_send, keep_listen and the other tools to a program that starts this, over stdin and stdout.',
    )
    .action(async (flags: AgentFlags) => finish(await mcp(flags)));
}

async function mcp(flags: AgentFlags): Promise<number> {
  const settings = await agentSettings(flags);
  const { startMcp } = await import('../agent/mcp.ts');
  const stop = stopSignal();
  const served = startMcp({ ...settings, version: version() });
  try {
    await Promise.race([served.closed, stop.stopped]);
    await served.close();
    return EXIT.ok;
  } finally {
    stop.dispose();
  }
}
