/** `pipes bundle`: carries logs and their files in folders, zips, sealed zips, and through pipes. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { ExportBundleOptions, Peer, WriteBundleOptions } from '../runtime/api.ts';
import { type ReadSealFlags, readSeal, type SealFlags, sealTo } from './bundle-keys.ts';
import { importJson, importLines, inspectLines } from './bundle-lines.ts';
import { EXIT } from './exit.ts';
import { addLogOptions, type LogFlags, withCarried, withLogs } from './logs.ts';
import { countOf } from './numbers.ts';
import { plural } from './output.ts';
import { amount, createProgress, parseAmount } from './progress.ts';
import { stopSignal } from './stop.ts';

const DEFAULT_PATH = './bundle';

type ImportFlags = LogFlags & ReadSealFlags & { dryRun?: boolean; trustHeads?: boolean };
type ExportFlags = LogFlags &
  SealFlags &
  ReadSealFlags & {
    author: string[];
    distance: string;
    since?: string;
    for?: string;
    size?: string;
    dryRun?: boolean;
    entries?: boolean;
    files: boolean;
  };

export function addBundle(program: Command, finish: (code: number) => void): void {
  const bundle = program.command('bundle').description('Carry logs and their files where there is no network.');
  const add = (name: string, alias: string | undefined, description: string) => {
    const command = addLogOptions(bundle.command(name)).description(description);
    return alias === undefined ? command : command.alias(alias);
  };
  const where = `A folder, a .zip, a .zip.age, or "-" (default: ${DEFAULT_PATH}).`;
  readSealOptions(add('import [source]', 'ingest', `Take in entries and files. ${where}`))
    .option('--dry-run', 'say what would be taken in, and keep nothing')
    .option('--trust-heads', "check each log's chain and last signature now, the others in the background")
    .action((source: string | undefined, flags: ImportFlags) => take(source ?? DEFAULT_PATH, flags).then(finish));
  readSealOptions(add('inspect [source]', undefined, `Say what a bundle holds; keeps nothing. ${where}`)).action(
    (source: string | undefined, flags: LogFlags & ReadSealFlags) =>
      inspect(source ?? DEFAULT_PATH, flags).then(finish),
  );
  readSealOptions(add('export [target]', 'create', `Write the logs that you follow, and your own. ${where}`))
    .option('--author <id>', 'only this author; may be repeated', repeated, [])
    .option('--distance <number>', 'without --author: also friends of friends, to that distance', '1')
    .option('--since <bundle>', 'only what that bundle, of the one who gets this, does not show')
    .option('--for <author>', 'only what bundles of this author, imported before, have not shown')
    .option('--size <amount>', 'what one medium holds, such as 700M; the rest goes to <target>-2, -3, …')
    .option('--entries', 'with "-": entries alone, as they stand in messages.pgn')
    .option('--no-files', 'leave out the files of chat messages')
    .option('--dry-run', 'say what would be written, and write nothing')
    .option('--to <recipient>', 'seal to this age recipient (age1…) or file of them; may be repeated', repeated, [])
    .option('--seal-passphrase-file <path>', 'seal under the passphrase in its first line')
    .action((target: string | undefined, flags: ExportFlags) => give(target ?? DEFAULT_PATH, flags).then(finish));
}

const repeated = (value: string, before: string[]): string[] => [...before, value];

function readSealOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--identity <path>', 'file with the age identity that opens a sealed bundle; may be repeated')
        .argParser(repeated as (value: string, before: unknown) => string[])
        .default([]),
    )
    .option('--open-passphrase-file <path>', 'its first line opens a sealed bundle');
}

function take(source: string, flags: ImportFlags): Promise<number> {
  return withCarried(flags, async ({ bundles }, output) => {
    const progress = createProgress(!output.json);
    const stop = stopSignal();
    const report = await bundles
      .import(source, {
        ...(await readSeal(flags)),
        dryRun: flags.dryRun === true,
        trustHeads: flags.trustHeads === true,
        signal: stop.signal,
        onProgress: ({ bytes, entries }) => progress.show(`${amount(bytes)} read, ${plural(entries, 'message')}`),
      })
      .finally(progress.done)
      .finally(stop.dispose);
    output.data(importJson(report), importLines(report, flags.dryRun === true));
    if (stop.signal.aborted) output.note('Stopped before the end. What was taken in stays; import again to go on.');
    return stop.signal.aborted ? EXIT.failed : EXIT.ok;
  });
}

function inspect(source: string, flags: LogFlags & ReadSealFlags): Promise<number> {
  return withLogs(flags, async ({ bundles }, output) => {
    const report = await bundles.inspect(source, await readSeal(flags));
    output.data(report, inspectLines(report));
    return EXIT.ok;
  });
}

function give(target: string, flags: ExportFlags): Promise<number> {
  return withCarried(flags, async (peer, output) => {
    const progress = createProgress(!output.json);
    const stop = stopSignal();
    const options = { ...(await exportOptions(peer, flags)), signal: stop.signal };
    const written = await peer.bundles
      .export(target, {
        ...options,
        onProgress: ({ entries, blobs, bytes, volume }) =>
          progress.show(`volume ${volume}: ${plural(entries, 'message')}, ${plural(blobs, 'file')}, ${amount(bytes)}`),
      })
      .finally(progress.done)
      .finally(stop.dispose);
    const { entries, blobs, blobsMissing, bytes, volumes } = written;
    const what = `${plural(entries, 'message')}, ${plural(blobs, 'file')}, ${amount(bytes)}`;
    const missing = blobsMissing === 0 ? '' : `\n${plural(blobsMissing, 'file')} that entries name are not here.`;
    const place = volumes.length === 0 ? 'nothing to write' : volumes.join(', ');
    if (target === '-') output.note(`${what}${missing}`);
    else output.data(written, `${flags.dryRun === true ? 'Would write' : 'Wrote'} ${what}: ${place}${missing}`);
    return EXIT.ok;
  });
}

async function exportOptions(peer: Peer, flags: ExportFlags): Promise<ExportBundleOptions & WriteBundleOptions> {
  const size = flags.size === undefined ? undefined : parseAmount(flags.size);
  if (flags.size !== undefined && size === undefined) {
    throw new UsageError(`Cannot use --size: expected an amount such as 700M or 4.7G, got "${flags.size}"`);
  }
  return {
    ...(await sealTo(flags)),
    ...(flags.author.length > 0 && { authors: flags.author }),
    distance: countOf('--distance', flags.distance, 16),
    ...(flags.since !== undefined && { since: await headsOf(peer, flags.since, flags) }),
    ...(flags.for !== undefined && { for: flags.for }),
    ...(size !== undefined && { size }),
    entriesOnly: flags.entries === true,
    files: flags.files,
    dryRun: flags.dryRun === true,
  };
}

/** What a bundle shows that its writer has. */
async function headsOf({ bundles }: Peer, source: string, flags: ReadSealFlags): Promise<Record<string, number>> {
  const seal = await readSeal(flags);
  const { source: found } = await bundles.import(source, { ...seal, dryRun: true });
  return found.heads;
}
