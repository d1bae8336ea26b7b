/**
 * `pipes doctor`: checks what this program needs of the machine and of the way to others, and says the cure for what is
 * missing. Looks only: it changes nothing and leaves nothing behind.
 */
import { access, constants, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { loadLibrary } from '../platform/node/verifier-library.ts';
import { networkFindings } from './doctor-network.ts';
import { EXIT } from './exit.ts';
import type { Finding } from './finding.ts';
import { createOutput, printable, table } from './output.ts';
import { findOwnRelay } from './owner.ts';
import { addRelayOptions, type RelayFlags, relaySettings } from './settings.ts';
import { otherPort, pageDirectory } from './starting.ts';

export function addDoctor(program: Command, finish: (code: number) => void): void {
  addRelayOptions(program.command('doctor'))
    .description(
      'Check what the program needs of this machine, its ports, and the way to other machines. Exits with 1 where something is missing.',
    )
    .option('--json', 'print JSON')
    .action(async (flags: RelayFlags & { json?: boolean }) => finish(await doctor(flags)));
}

async function doctor(flags: RelayFlags & { json?: boolean }): Promise<number> {
  const { port, keepPort, p2pPort, dataDir, host } = relaySettings(flags);
  const isRunning = (await findOwnRelay(dataDir)) !== undefined;
  const findings = [
    nodeVersion(),
    await portState(port, host),
    ...(await spareState('KEEP_PORT', keepPort, host, isRunning)),
    ...(await spareState('P2P_PORT', p2pPort, host, isRunning)),
    await dataDirectory(dataDir),
    signatures(),
    page(),
    ...(await networkFindings(dataDir)),
  ];
  const rows = findings.map(({ state, check, found, cure }) => [
    ...[state, printable(check)],
    printable(cure === undefined ? found : `${found}. ${cure}.`),
  ]);
  createOutput(flags.json === true).data(findings, table(rows));
  return findings.some((each) => each.state === 'fail') ? EXIT.failed : EXIT.ok;
}

function nodeVersion(): Finding {
  const { node } = process.versions;
  const isOld = Number(node.split('.')[0]) < 24;
  return { check: 'Node', state: isOld ? 'fail' : 'ok', found: isOld ? `${node}: needs 24 or newer` : node };
}

async function portState(port: number, host: string | undefined): Promise<Finding> {
  const check = `port ${port}`;
  const problem = await tryListening(port, host);
  if (problem === undefined) return { check, state: 'ok', found: 'free' };
  if (problem !== 'EADDRINUSE') return { check, state: 'fail', found: `${problem}: choose another, such as PORT=4100` };
  if (await isRelay(port)) return { check, state: 'ok', found: 'a relay answers there already' };
  return { check, state: 'fail', found: 'in use by another program: choose another, such as PORT=4200' };
}

/** A port that can be done without: agents, other machines. */
async function spareState(
  name: string,
  port: number | 'off',
  host: string | undefined,
  isRunning: boolean,
): Promise<Finding[]> {
  const check = `port ${port}`;
  if (port === 'off') return [];
  const problem = await tryListening(port, host);
  if (problem === undefined) return [{ check, state: 'ok', found: 'free' }];
  if (problem === 'EADDRINUSE' && isRunning) return [{ check, state: 'ok', found: 'in use, while pipes runs here' }];
  const found = problem === 'EADDRINUSE' ? 'in use by another program' : problem;
  return [{ check, state: 'warn', found, cure: `Choose another, such as ${name}=${otherPort(port)}` }];
}

function tryListening(port: number, host: string | undefined): Promise<string | undefined> {
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => server.close(() => settle(undefined)));
  });
}

async function isRelay(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://localhost:${port}/health`, { signal: AbortSignal.timeout(2000) });
    const health: unknown = await answer.json();
    return typeof health === 'object' && health !== null && 'protocol_version' in health;
  } catch {
    return false;
  }
}

/** Looks without leaving anything behind: a directory that isn't there must be one that can be made. */
async function dataDirectory(path: string): Promise<Finding> {
  const check = 'data directory';
  const there = await nearestExisting(path);
  const isUsable =
    (await stat(there)).isDirectory() &&
    (await access(there, constants.W_OK).then(
      () => true,
      () => false,
    ));
  if (!isUsable)
    return { check, state: 'fail', found: `${there} can't be written into: choose another, such as DATA_DIR=./data` };
  return { check, state: 'ok', found: there === path ? path : `${path} (will be made)` };
}

async function nearestExisting(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || path === dirname(path) ? path : nearestExisting(dirname(path));
}

function signatures(): Finding {
  const check = 'signatures';
  if (loadLibrary('sodium-native') !== undefined) return { check, state: 'ok', found: 'checked by sodium' };
  return { check, state: 'warn', found: 'checked by Node, at half the speed: the package sodium-native did not load' };
}

function page(): Finding {
  const built = pageDirectory() !== undefined;
  return { check: 'page', state: built ? 'ok' : 'warn', found: built ? 'built' : 'not built: npm run build' };
}
