/**
 * The command line: the composition root, which may start any room. `main` promises an exit code of exit.ts, one
 * line on stderr for each failure, and never a stack trace unless PIPES_DEBUG asks for one.
 */
import { Command, CommanderError } from 'commander';
import { COMMANDS } from './commands.ts';
import { describe, EXIT, exitCodeOf } from './exit.ts';
import { printable } from './output.ts';
import { dropEmptyVariables } from './settings.ts';
import { version } from './version.ts';

export async function main(args: readonly string[]): Promise<number> {
  quietExperimentalWarnings();
  dropEmptyVariables(process.env);
  let code: number = EXIT.ok;
  try {
    const program = await commands(args, (result) => {
      code = result;
    });
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    console.error(process.env.PIPES_DEBUG ? error : printable(describe(error)));
    return exitCodeOf(error);
  }
}

/** Only the command that is meant is loaded; of the others the help shows a line. */
async function commands(args: readonly string[], finish: (code: number) => void): Promise<Command> {
  const program = new Command('pipes')
    .description('Encrypted chat, signed logs and agents: one identity, carried by whatever there is.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(--help tells more)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  const meant = first === 'help' ? second : first;
  for (const { name, summary, load } of COMMANDS) {
    if (name === meant) (await load())(program, finish);
    else program.command(name);
    program.commands.find((command) => command.name() === name)?.summary(summary);
  }
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
