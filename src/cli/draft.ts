/** `pipes draft`: writes the next entry of this installation's log, key by key, as the published client does. */
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { publishedLimits } from '../core/log/draft.ts';
import type { Drafts, Peer } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { addLogOptions, entryJson, type LogFlags, withLogs } from './logs.ts';
import type { Output } from './output.ts';

export function addDraft(program: Command, finish: (code: number) => void): void {
  const draft = program.command('draft').description('Write the next entry of your log, then sign it.');
  const add = (name: string, description: string) => addLogOptions(draft.command(name)).description(description);
  const show = (flags: LogFlags, work: (drafts: Drafts) => Promise<string>) =>
    withLogs(flags, async ({ logs }, output) => {
      const text = await work(logs.drafts);
      output.data({ draft: text }, text.trimEnd());
      finish(EXIT.ok);
    });
  add('create <kind>', 'Begin an entry of that kind: 1 to 90 letters, digits, "_", "-", "=" or ".".').action(
    (kind: string, flags: LogFlags) => show(flags, (drafts) => drafts.create(kind)),
  );
  add('append <key> [value]', 'Add a line to the draft; without a value, or with "-", it is read from stdin.').action(
    (key: string, value: string | undefined, flags: LogFlags) =>
      withLogs(flags, async (peer, output) => {
        const given =
          value === undefined || value === '-' ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : value;
        const text = await peer.logs.drafts.append(key, given);
        await warn(peer, output, given);
        output.data({ draft: text }, text.trimEnd());
        finish(EXIT.ok);
      }),
  );
  add('show', 'Print the draft.').action((flags: LogFlags) => show(flags, (drafts) => drafts.show()));
  add('sign', 'Sign the draft: it becomes the next entry of your log, for good.').action((flags: LogFlags) =>
    withLogs(flags, async ({ logs }, output) => {
      const entry = await logs.drafts.sign();
      output.data(entryJson(entry), entry.text);
      finish(EXIT.ok);
    }),
  );
  add('discard', 'Throw the draft away.').action((flags: LogFlags) =>
    withLogs(flags, async ({ logs }, output) => {
      await logs.drafts.discard();
      output.data({ discarded: true }, 'The draft is gone.');
      finish(EXIT.ok);
    }),
  );
}

/** A published client stops at such an entry, for good: better to know before it is signed. */
async function warn({ logs }: Peer, output: Output, value: string): Promise<void> {
  const [limit] = publishedLimits({ body: [['value', value]], depth: (await logs.own()).entries });
  if (limit === 'colon in a string') {
    output.note('Note: published Pigeon clients can read no text with a ":" in it, and nothing of your log after it.');
  } else if (limit !== undefined) output.note(`Note: published Pigeon clients can't read this: ${limit}.`);
}
