/** `pipes blob`: keeps files for entries to name, and reads them. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { addLogOptions, type LogFlags, withLogs } from './logs.ts';
import { plural } from './output.ts';
import { amount, createProgress } from './progress.ts';

export function addBlob(program: Command, finish: (code: number) => void): void {
  const blob = program.command('blob').description('Keep files for entries to name, and read them.');
  const add = (name: string, description: string) => addLogOptions(blob.command(name)).description(description);
  add('set [data]', 'Keep a file and print the id that entries name it by. Without data or --file, stdin is read.')
    .option('--file <path>', 'the file to keep, of any size')
    .action((data: string | undefined, flags: LogFlags & { file?: string }) => set(data, flags).then(finish));
  add('get <id>', 'Write a file to stdout.')
    .option('--output <path>', 'write it there instead; an existing file is not touched')
    .action((id: string, flags: LogFlags & { output?: string }) => get(id, flags).then(finish));
  add('collect', "Delete others' files that no entry names any more.").action((flags: LogFlags) =>
    withLogs(flags, async ({ logs }, output) => {
      const gone = await logs.files.collect();
      output.data({ deleted: gone }, `${plural(gone, 'blob')} deleted.`);
      finish(EXIT.ok);
    }),
  );
}

function set(data: string | undefined, flags: LogFlags & { file?: string }): Promise<number> {
  if (data !== undefined && flags.file !== undefined) {
    throw new UsageError('Cannot keep file: expected data or --file, got both');
  }
  return withLogs(flags, async ({ logs }, output) => {
    const progress = createProgress(!output.json);
    const file = await logs.files
      .put(data === undefined ? bytesOf(flags.file) : [Buffer.from(data)], {
        onProgress: ({ bytes }) => progress.show(`${amount(bytes)} kept`),
      })
      .finally(progress.done);
    output.data({ id: file.id, size: file.size, chunks: file.chunks }, file.id);
    return EXIT.ok;
  });
}

async function* bytesOf(path: string | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* path === undefined ? process.stdin : createReadStream(path);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : String(error);
    throw new UsageError(`Cannot read ${path ?? 'stdin'}: expected a readable file, got ${reason}`, { cause: error });
  }
}

function get(id: string, flags: LogFlags & { output?: string }): Promise<number> {
  return withLogs(flags, async ({ logs }, output) => {
    if (flags.json === true) {
      const file = await logs.files.find(id);
      if (file === undefined) throw new UsageError(`Cannot find ${id}: it is not here`);
      output.data(file, '');
      return EXIT.ok;
    }
    const progress = createProgress(flags.output !== undefined);
    const source = logs.files.get(id, { onProgress: ({ bytes }) => progress.show(`${amount(bytes)} written`) });
    if (flags.output === undefined) await pipeline(source, process.stdout, { end: false });
    else await save(source, flags.output).finally(progress.done);
    return EXIT.ok;
  });
}

async function save(source: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    const found = error.code === 'EEXIST' ? 'one that is there already' : (error.code ?? error.message);
    throw new UsageError(`Cannot write ${path}: expected a new file, got ${found}`, { cause: error });
  });
  try {
    for await (const piece of source) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}
