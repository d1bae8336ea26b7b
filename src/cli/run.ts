/**
 * The command line: the composition root, which may start any room. `main` promises an exit code of exit.ts, one
 * line on stderr for each failure, and never a stack trace unless PIPES_DEBUG asks for one.
 */
import { Command, CommanderError } from 'commander';
import { addDoctor } from './doctor.ts';
import { describe, EXIT, exitCodeOf } from './exit.ts';
import { addIdentity } from './identity.ts';
import { addListen } from './listen.ts';
import { addChannels, addMembers } from './lists.ts';
import { printable } from './output.ts';
import { addSend } from './send.ts';
import { dropEmptyVariables } from './settings.ts';
import { addUp } from './up.ts';
import { version } from './version.ts';

export async function main(args: readonly string[]): Promise<number> {
  quietExperimentalWarnings();
  dropEmptyVariables(process.env);
  let code: number = EXIT.ok;
  try {
    await commands((result) => {
      code = result;
    }).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    console.error(process.env.PIPES_DEBUG ? error : printable(describe(error)));
    return exitCodeOf(error);
  }
}

function commands(finish: (code: number) => void): Command {
  const program = new Command('pipes')
    .description('End-to-end encrypted chat for people and agents, over a relay that cannot read it.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(--help tells more)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  for (const add of [addUp, addIdentity, addSend, addListen, addChannels, addMembers, addDoctor]) add(program, finish);
  program.addHelpText('after', `\n${exitCodes}`);
  return program;
}

const exitCodes = `Exit codes: 0 done, 1 failed on this machine, 2 wrong usage, 3 no answer from the relay or a refusal,
4 the port is taken.`;

/** Node 24 calls its SQLite experimental, in three lines before every answer. */
function quietExperimentalWarnings(): void {
  const said = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') for (const listener of said) listener.call(process, warning);
  });
}
