/** Runs the command line as a user would: a process of its own, with an environment and a data directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * A directory that goes when all tests of the file are over: hooks run in the order in which they were made, so that one
 * of a test would take it from under what the test has started and stops later.
 */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pipes-test-'));
  directories.push(directory);
  return directory;
}

const directories: string[] = [];

process.once('exit', () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
});

export interface Running {
  readonly child: ChildProcess;
  /** What it has printed on stdout so far, by lines. */
  readonly lines: readonly string[];
  /** The first line on stdout that fits; rejects when the process ends without one. */
  line(fits: (line: string) => boolean): Promise<string>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  readonly ended: Promise<Ended>;
}

/** What a command finds in its environment, beside what a test says. */
export function quietEnvironment(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const cache = NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE };
  return { PATH, ...cache, RATE_LIMITS: 'off', KEEP_PORT: 'off', P2P_PORT: 'off' };
}

export function start(args: readonly string[], environment: Record<string, string> = {}, input = ''): Running {
  const env = { ...quietEnvironment(), ...environment };
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined).end(input);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const each of waiting) each();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    look();
  });
  let isOver = false;
  const ended = new Promise<Ended>((settle) => {
    child.on('close', (code) => {
      isOver = true;
      look();
      settle({ code, stdout: lines.map((line) => `${line}\n`).join(''), stderr });
    });
  });
  const line = (fits: (line: string) => boolean): Promise<string> =>
    new Promise((settle, reject) => {
      const check = (): void => {
        const found = lines.find(fits);
        if (found === undefined && !isOver) return;
        waiting.delete(check);
        if (found !== undefined) settle(found);
        else
          reject(new Error(`It ended without the line that was waited for. It said:\n${lines.join('\n')}\n${stderr}`));
      };
      waiting.add(check);
      check();
    });
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  return { child, lines, line, stop, ended };
}

/** Runs it to its end, with `input` on stdin. */
export function run(args: readonly string[], environment: Record<string, string> = {}, input = ''): Promise<Ended> {
  return start(args, environment, input).ended;
}

/** A relay on a port of the system's choice, stopped when the test ends. */
export async function startRelayProcess(
  test: { after(task: () => Promise<unknown>): void },
  dataDir: string,
): Promise<{ url: string; port: number; process: Running }> {
  const process = start(['up', '--json'], { PORT: '0', DATA_DIR: dataDir });
  test.after(() => process.stop());
  const { port } = JSON.parse(await process.line((line) => line.startsWith('{'))) as { port: number };
  return { url: `http://localhost:${port}`, port, process };
}
