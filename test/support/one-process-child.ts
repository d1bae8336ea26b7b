/** The other side of one-process.ts: ends with the process that started it. */
import { Console } from 'node:console';
import { Readable, Writable } from 'node:stream';
import { main } from '../../src/cli/run.ts';
import type { Ended } from './command.ts';
import type { Command } from './one-process.ts';

process.on('disconnect', () => process.exit());
process.on('message', async (command) => process.send?.(await perform(command as Command)));

async function perform({ args, env, input }: Command): Promise<Ended> {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  const [stdout, stderr] = [collector(), collector()];
  const streams = { stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]), stdout, stderr };
  for (const [name, value] of Object.entries(streams))
    Object.defineProperty(process, name, { value, configurable: true });
  globalThis.console = new Console(stdout, stderr);
  const code = await main(args);
  return { code, stdout: stdout.text().replace(/[^\n]$/, '$&\n'), stderr: stderr.text() };
}

function collector() {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    write(piece: Buffer, _, done) {
      pieces.push(piece);
      done();
    },
  });
  return Object.assign(stream, { text: () => Buffer.concat(pieces).toString('utf8') });
}
