/**
 * Plays an example through as its reader would: starts a relay and a keep server on ports of the system's choice, runs the example in a
 * process of its own for a bounded time and hands back what it printed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pino from 'pino';
import { startAgent } from '../src/agent/agent.ts';
import { startRelay } from '../src/relay/relay.ts';

export interface Stage {
  /** Address of the relay. */
  readonly url: string;
  /** Port of the keep server beside it. */
  readonly keepPort: number;
  /** A folder that goes when the check ends. */
  readonly folder: string;
  /** Runs an example to its end; rejects unless it ends well. */
  run(example: string, ...args: string[]): Promise<string[]>;
  /** Starts an example that goes on until it is stopped. */
  start(example: string, ...args: string[]): Running;
}

export interface Running {
  /** The first line that holds the text. */
  line(text: string): Promise<string>;
  /** Asks it to end; rejects unless it ends well. */
  stop(): Promise<string[]>;
}

const LIMIT_MS = 30_000;
const root = join(import.meta.dirname, '..');

export async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pipes-example-'));
  const logger = pino({ level: 'warn' });
  const relay = await startRelay({
    ...{ port: 0, host: '127.0.0.1', dataDir: join(folder, 'relay'), rateLimits: false },
    logger,
  });
  const keep = await startAgent({
    ...{ house: relay.house, dataDir: join(folder, 'relay'), port: 0, host: '127.0.0.1', rateLimits: false, logger },
  });
  const children = new Set<ChildProcess>();
  const start = (example: string, ...args: string[]): Running => {
    const started = follow(example, args);
    children.add(started.child);
    return started;
  };
  try {
    await play({
      url: relay.url,
      keepPort: keep.port,
      folder,
      start,
      run: (...call) => follow(call[0], call.slice(1)).ended,
    });
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await keep.close();
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function follow(example: string, args: readonly string[]) {
  const child = spawn(process.execPath, ['--conditions=pipes-source', join('examples', example), ...args], {
    ...{ cwd: root, timeout: LIMIT_MS },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const waiting = new Map<string, (line: string) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const [text, found] of waiting) if (line.includes(text)) found(line);
  });
  const ended = new Promise<string[]>((resolve, reject) => {
    child.on('close', (code, signal) => {
      const what = `${example} ended with ${code ?? signal}, having printed:\n${lines.join('\n')}`;
      if (code === 0) resolve(lines);
      else reject(new Error(what));
    });
  });
  ended.catch(() => {});
  const line = (text: string): Promise<string> => {
    const found = new Promise<string>((resolve) => waiting.set(text, resolve));
    const early = lines.find((each) => each.includes(text));
    const cut = ended.then(() => Promise.reject(new Error(`${example} ended without the line "${text}"`)));
    return early === undefined ? Promise.race([found, cut]) : Promise.resolve(early);
  };
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { child, ended, line, stop };
}
