/** `pipes log`: verifies logs, proves one entry without the rest, shows forks. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { LogSummary } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { addLogOptions, entryJson, type LogFlags, withLogs } from './logs.ts';
import { plural, table } from './output.ts';
import { createProgress } from './progress.ts';

export function addLog(program: Command, finish: (code: number) => void): void {
  const log = program
    .command('log')
    .description('Verify logs, prove an entry without the rest of its log, show forks.');
  const add = (name: string, description: string) => addLogOptions(log.command(name)).description(description);
  add('all', 'List the logs that are kept here.').action((flags: LogFlags) =>
    withLogs(flags, async ({ logs }, output) => {
      const all: LogSummary[] = [];
      for await (const one of logs.list()) all.push(one);
      output.data(all, all.length === 0 ? 'No logs yet.' : table(all.map(logRow)));
      finish(EXIT.ok);
    }),
  );
  add(
    'verify [author]',
    'Check every signature and link of a log again, or of all; exits with 1 where one is bad.',
  ).action((author: string | undefined, flags: LogFlags) => verify(author, flags).then(finish));
  add('prove <id>', 'Print the certificate of an entry: what proves it without the rest of its log.').action(
    (id: string, flags: LogFlags) =>
      withLogs(flags, async ({ logs }, output) => {
        const certificate = Buffer.from(await logs.prove(id)).toString();
        output.data({ id, certificate }, certificate.trimEnd());
        finish(EXIT.ok);
      }),
  );
  add('check [file]', 'Check a certificate, from a file or stdin; exits with 1 where it proves nothing.').action(
    (file: string | undefined, flags: LogFlags) => check(file, flags).then(finish),
  );
  add('revoke <author>', 'End a log of yours whose key was lost: from then on nobody takes anything further of it.')
    .option('--head <id>', 'the last of its entries that counts (default: the last one that is here)')
    .action((author: string, flags: LogFlags & { head?: string }) =>
      withLogs(flags, async ({ logs }, output) => {
        const entry = await logs.revoke(author, flags.head === undefined ? {} : { head: flags.head });
        output.data(entryJson(entry), entry.text);
        finish(EXIT.ok);
      }),
    );
  add('forks', 'Show authors who wrote two entries at one depth, with the proof.').action((flags: LogFlags) =>
    withLogs(flags, async ({ logs }, output) => {
      const forks = await logs.forks();
      const lines = forks.map(
        ({ author, depth, proof }) => `${author} forked at depth ${depth}:\n\n${proof.trimEnd()}`,
      );
      output.data(forks, forks.length === 0 ? 'No forks.' : lines.join('\n\n'));
      finish(EXIT.ok);
    }),
  );
}

function logRow({ author, dialect, entries, verified, forkedAt }: LogSummary): string[] {
  const state = forkedAt !== undefined ? `forked at ${forkedAt}` : verified < entries ? `${verified} checked` : '';
  return [author, dialect, plural(entries, 'message'), state];
}

function verify(author: string | undefined, flags: LogFlags): Promise<number> {
  return withLogs(flags, async ({ logs }, output) => {
    const authors: string[] = [];
    for await (const log of logs.list()) if (author === undefined || isOf(author, log)) authors.push(log.author);
    if (author !== undefined && authors.length === 0)
      throw new UsageError(`Cannot verify ${author}: its log is not here`);
    const progress = createProgress(!output.json);
    const verdicts = [];
    for (const one of authors) {
      const onProgress = (checked: number) => progress.show(`${one}: ${plural(checked, 'message')} checked`);
      verdicts.push({ author: one, ...(await logs.verify(one, { again: true, onProgress })) });
    }
    progress.done();
    const lines = verdicts.map(({ author: one, checked, badAt }) =>
      badAt === undefined
        ? `${one}: ${plural(checked, 'message')} verified`
        : `${one}: bad at depth ${badAt}; the log ends before it now`,
    );
    const shown = author === undefined ? verdicts : verdicts[0];
    output.data(shown, lines.length === 0 ? 'No logs yet.' : lines.join('\n'));
    return verdicts.some(({ badAt }) => badAt !== undefined) ? EXIT.failed : EXIT.ok;
  });
}

const isOf = (author: string, log: LogSummary): boolean => author === log.author || author === log.key;

/** Copying and pasting loses it. */
const withNewline = (bytes: Uint8Array): Uint8Array =>
  bytes.at(-1) === 0x0a ? bytes : Buffer.concat([bytes, Buffer.from('\n')]);

function check(file: string | undefined, flags: LogFlags): Promise<number> {
  return withLogs(flags, async ({ logs }, output) => {
    const bytes = await (file === undefined || file === '-' ? buffer(process.stdin) : readFile(file)).catch((error) => {
      throw new UsageError(`Cannot read ${file}: expected a certificate, got ${error.code ?? error.message}`);
    });
    const proof = await logs.checkCertificate(withNewline(bytes));
    if (proof.kind === 'not proven') {
      output.data(proof, `Not proven: ${proof.reason}`);
      return EXIT.failed;
    }
    const { entry, head } = proof;
    const words = `Proven: ${entry.author} wrote this at depth ${entry.depth}, in a log of ${plural(head.depth + 1, 'message')}.`;
    output.data({ kind: proof.kind, entry: entryJson(entry), head: entryJson(head) }, `${words}\n\n${entry.text}`);
    return EXIT.ok;
  });
}
