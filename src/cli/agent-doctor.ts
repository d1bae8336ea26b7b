/**
 * `pipes agent doctor`: a keep server answers what it does not accept with silence. This finds out why, and says the cure:
 * nothing there, another program there, a key or signature that does not hold, a clock that is off, a name that is another's.
 */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Finding } from '../agent/doctor.ts';
import { UsageError } from '../core/errors.ts';
import { type AgentFlags, addAgentOptions, agentSettings } from './agent-flags.ts';
import { EXIT } from './exit.ts';
import { createOutput, printable, table } from './output.ts';

type DoctorFlags = AgentFlags & { packet?: string };

export function addDoctor(agent: Command, finish: (code: number) => void): void {
  addAgentOptions(agent.command('doctor [to]').summary('find out why nothing is answered'))
    .description(
      'Check server, key, clock and name, and whether [to] can be reached. Exits with 1 where something is wrong.',
    )
    .option(
      '--packet <file>',
      'say what is wrong with these bytes, as another program sends them; "-" reads stdin, hex is read too',
    )
    .action(async (to: string | undefined, flags: DoctorFlags) => finish(await doctor(to, flags)));
}

async function doctor(to: string | undefined, flags: DoctorFlags): Promise<number> {
  const { examine, examinePacket } = await import('../agent/doctor.ts');
  const findings =
    flags.packet === undefined
      ? await examine(await agentSettings(flags), to)
      : await examinePacket(bytesOf(await read(flags.packet)));
  const rows = findings.map(({ state, check, found }: Finding) => [state, check, printable(found)]);
  createOutput(flags.json === true).data(findings, table(rows));
  return findings.some(({ state }: Finding) => state === 'fail') ? EXIT.failed : EXIT.ok;
}

async function read(path: string): Promise<Uint8Array> {
  if (path === '-') return buffer(process.stdin);
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`Cannot read --packet: expected a readable file, got ${error.code ?? error.message}.`);
  });
}

/** Bytes as they are, or spelt as hex. */
function bytesOf(given: Uint8Array): Uint8Array {
  const text = Buffer.from(given).toString('latin1').trim();
  return /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : given;
}
