/**
 * Runs commands one after the other in one process that stays, through the same `main` as the program: for tests of what
 * commands do and say. What is about the process itself (its start, signals, several at a time) takes `run` of command.ts.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { resolve } from 'node:path';
import { type Ended, quietEnvironment } from './command.ts';

const file = resolve(import.meta.dirname, 'one-process-child.ts');

let child: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

export interface Command {
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly input: string;
}

/** Like `run`, with the same environment. */
export function runQuickly(
  args: readonly string[],
  environment: Record<string, string> = {},
  input = '',
): Promise<Ended> {
  const env = { ...quietEnvironment(), ...environment };
  const task = () => ask({ args, env, input });
  const ended = last.then(task, task);
  last = ended.catch(() => undefined);
  return ended;
}

function ask(command: Command): Promise<Ended> {
  child ??= fork(file, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const to = child;
  return new Promise((settle, reject) => {
    const stop = () => {
      to.off('message', answered).off('exit', died);
      // It holds up nobody's end while it has nothing to do.
      to.unref();
      to.channel?.unref();
    };
    const answered = (ended: unknown) => {
      stop();
      settle(ended as Ended);
    };
    const died = (code: number | null) => {
      stop();
      child = undefined;
      reject(new Error(`The process of pipes ${command.args.join(' ')} ended with code ${code}`));
    };
    to.ref();
    to.channel?.ref();
    to.once('message', answered).once('exit', died);
    to.send(command);
  });
}
