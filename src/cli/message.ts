/** `pipes message`: finds entries. Pigeon calls an entry a message, and so does this command. */
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { LogEntry } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { addLogOptions, entryJson, type LogFlags, withLogs } from './logs.ts';
import { plural } from './output.ts';

interface FindAllFlags extends LogFlags {
  kind?: string;
  since?: string;
}

export function addMessage(program: Command, finish: (code: number) => void): void {
  const message = program.command('message').description('Find entries of the logs that are kept here.');
  const add = (name: string, description: string) => addLogOptions(message.command(name)).description(description);
  add('find <id>', 'Print one entry.').action((id: string, flags: LogFlags) =>
    withLogs(flags, async ({ logs }, output) => {
      const entry = await logs.entry(id);
      if (entry === undefined) throw new UsageError(`Cannot find ${id}: it is not here`);
      output.data(entryJson(entry), entry.text);
      finish(EXIT.ok);
    }),
  );
  add('find-all [author]', "Print the ids of one author's entries, or of all, in order.")
    .option('--kind <kind>', 'only entries of this kind')
    .option('--since <time>', 'only entries that came here at that time or later, such as 2026-01-31')
    .action((author: string | undefined, flags: FindAllFlags) => findAll(author, flags).then(finish));
  add('last', 'Print the id of the last entry of your own log.').action((flags: LogFlags) =>
    withLogs(flags, async ({ logs }, output) => {
      const { author, entries } = await logs.own();
      const last = await first(logs.entries({ author, from: entries - 1 }));
      if (last === undefined) throw new UsageError('Cannot show the last entry: your log has none yet');
      output.data(last.id, last.id);
      finish(EXIT.ok);
    }),
  );
}

function findAll(author: string | undefined, flags: FindAllFlags): Promise<number> {
  return withLogs(flags, async ({ logs }, output) => {
    const query = {
      ...(author !== undefined && { author }),
      ...(flags.kind !== undefined && { kind: flags.kind }),
      ...(flags.since !== undefined && { since: timeOf(flags.since) }),
    };
    let count = 0;
    if (output.json) process.stdout.write('[');
    for await (const { id } of logs.entries(query)) {
      process.stdout.write(output.json ? `${count === 0 ? '' : ','}${JSON.stringify(id)}` : `${id}\n`);
      count++;
    }
    if (output.json) process.stdout.write(']\n');
    else if (count === 0) output.note(author === undefined ? 'No entries yet.' : 'No entries of this author are here.');
    else if (process.stdout.isTTY) output.note(plural(count, 'entry').replace('entrys', 'entries'));
    return EXIT.ok;
  });
}

function timeOf(text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new UsageError(`Cannot use --since: expected a time such as 2026-01-31 or 2026-01-31T12:00Z, got "${text}"`);
}

async function first(entries: AsyncIterable<LogEntry>): Promise<LogEntry | undefined> {
  for await (const entry of entries) return entry;
  return undefined;
}
