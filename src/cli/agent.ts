/** `pipes agent`: the command line of keep servers, ours and the published one. */
import type { Command } from 'commander';
import { addDoctor } from './agent-doctor.ts';
import { addInbox, addListen } from './agent-hear.ts';
import { addClaim, addDiscover } from './agent-names.ts';
import { addAsk, addSend } from './agent-speak.ts';

export function addAgent(program: Command, finish: (code: number) => void): void {
  const agent = program
    .command('agent')
    .description(
      'Send signed packets to other agents, and get theirs, through a keep server such as the one in "pipes up".',
    );
  for (const add of [addSend, addAsk, addListen, addDiscover, addClaim, addInbox, addDoctor]) add(agent, finish);
}
