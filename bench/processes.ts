/**
 * The processes that are measured, each of its own, so that its memory is its own: the relay as `npm start` leaves it
 * running, and the bare server that shows what this machine could do without signatures and storage.
 */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { LoadAnswer, LoadJob } from './load-job.ts';

export const root = join(import.meta.dirname, '..');

export interface Served {
  readonly port: number;
  /** All that it said of itself. */
  readonly facts: { readonly keepPort?: number };
  /** Resident memory in bytes. */
  rss(): number;
  stop(): Promise<void>;
}

export const RELAY = [join(root, 'dist/cli/main.js'), 'up', '--log-level', 'warn'];

/** The compiled relay with its page, limits off, in a fresh directory. */
export const startRelay = (): Promise<Served> => serve([...RELAY, '--json']);

/** Answers posts and fans out blocks of so many bytes, and does nothing else. */
export const startBare = (blockBytes: number): Promise<Served> =>
  serve([join(root, 'bench/bare-server.js'), String(blockBytes)]);

/** Runs a program that prints a line of JSON with its port once it listens. */
export async function serve(args: readonly string[]): Promise<Served> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipes-bench-'));
  const env = { ...process.env, PORT: '0', KEEP_PORT: 'off', P2P_PORT: 'off', DATA_DIR: dataDir, RATE_LIMITS: 'off' };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const facts = await factsOf(child);
  return {
    ...{ port: facts.port, facts },
    rss: () => residentBytes(child.pid ?? 0),
    async stop() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function factsOf(child: ChildProcess): Promise<{ readonly port: number; readonly keepPort?: number }> {
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('a server ended before it listened')));
    createInterface({ input: child.stdout as Readable }).on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line) as { port: number });
    });
  });
}

export interface Load {
  run<J extends LoadJob>(job: J): Promise<LoadAnswer<J>>;
  stop(): void;
}

/** The process that posts and subscribes. */
export function startLoad(): Load {
  const child = fork(join(root, 'bench/load.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(() => [{ failed: 'it ended' }]);
  return {
    async run(job) {
      const answered = once(child, 'message');
      child.send(job);
      const [answer] = await Promise.race([answered, ended]);
      if ('failed' in answer) throw new Error(`the load failed: ${answer.failed}`);
      return answer;
    },
    stop: () => void child.kill(),
  };
}

export function residentBytes(pid: number): number {
  if (process.platform !== 'linux') {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  }
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
