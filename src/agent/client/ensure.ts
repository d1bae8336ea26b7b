/**
 * Starts `pipes up` where no keep server answers: in a process of its own that outlives this one. It is never started
 * for another machine.
 */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface EnsureOptions {
  /** Default: localhost. */
  readonly host?: string;
  /** Default: 9009. */
  readonly port?: number;
  /** How long it may take to start. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Where it keeps its data. Default: that of `pipes up`, DATA_DIR or ./data. */
  readonly dataDir?: string;
  /** Of its page. Default: that of `pipes up`, PORT or 4100. */
  readonly httpPort?: number;
}

/** existing: it answered already; pipes: it was started; failed: `problem` says why there is none. */
export type Ensured =
  | { readonly method: 'existing' }
  | { readonly method: 'pipes'; readonly pid: number }
  | { readonly method: 'failed'; readonly problem: string };

export async function ensureServer(options: EnsureOptions = {}): Promise<Ensured> {
  const { host = 'localhost', port = 9009, timeoutMs = 30_000 } = options;
  if (await isPortOpen(host, port)) return { method: 'existing' };
  if (!LOCAL.has(host)) return { method: 'failed', problem: `nothing answers at ${host}:${port}, which is not here` };
  const child = start(port, options);
  const until = Date.now() + timeoutMs;
  while (Date.now() < until) {
    if (await isPortOpen(host, port)) return { method: 'pipes', pid: child.pid as number };
    if (child.problem !== undefined) return { method: 'failed', problem: child.problem };
    await pause(LOOK_MS);
  }
  child.stop();
  return { method: 'failed', problem: `pipes up did not listen on ${port} within ${timeoutMs / 1000} s` };
}

/** Whether anything accepts connections there. */
export function isPortOpen(host: string, port: number, timeoutMs = 1000): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ host, port });
    const answer = (isOpen: boolean): void => {
      socket.destroy();
      settle(isOpen);
    };
    socket.setTimeout(timeoutMs, () => answer(false));
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

const LOCAL = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);
const LOOK_MS = 50;

/** The command line beside this room: as source or as it was built. */
const command = join(import.meta.dirname, `../../cli/main${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`);

function start(port: number, { dataDir, httpPort }: EnsureOptions) {
  const child = spawn(process.execPath, [command, 'up', '--log-level', 'silent'], {
    detached: true,
    stdio: 'ignore',
    env: {
      ...{ ...process.env, KEEP_PORT: String(port) },
      ...(dataDir === undefined ? {} : { DATA_DIR: dataDir }),
      ...(httpPort === undefined ? {} : { PORT: String(httpPort) }),
    },
  });
  let problem: string | undefined;
  child.once('error', (error) => {
    problem = `pipes up did not start: ${error.message}`;
  });
  child.once('exit', (code) => {
    problem = `pipes up ended with code ${code}${code === 4 ? ': one of its ports is taken' : ''}`;
  });
  child.unref();
  return {
    pid: child.pid,
    get problem() {
      return problem;
    },
    stop: () => void child.kill(),
  };
}
