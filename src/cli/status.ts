/** `pipes status`: what this installation keeps. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from './exit.ts';
import { addLogOptions, type LogFlags, withLogs } from './logs.ts';
import { table } from './output.ts';
import { version } from './version.ts';

export function addStatus(program: Command, finish: (code: number) => void): void {
  addLogOptions(program.command('status'))
    .description('Show who this installation is and what it keeps.')
    .action((flags: LogFlags) => status(flags).then(finish));
}

function status(flags: LogFlags): Promise<number> {
  return withLogs(flags, async ({ logs, identity }, output) => {
    const own = await logs.own();
    const peers = await logs.peers({ distance: 1 });
    let entries = 0;
    let authors = 0;
    for await (const log of logs.list()) {
      entries += log.entries;
      authors++;
    }
    const facts = {
      version: version(),
      log: own.author,
      dialect: own.dialect,
      identity: { dot1: identity.dot1, key: identity.key },
      following: peers.filter(({ distance }) => distance === 1).length,
      blocked: peers.filter(({ blocked }) => blocked).length,
      published: own.entries,
      entries,
      authors,
      forks: (await logs.forks()).length,
      dataDir: resolve(flags.dataDir),
    };
    const rows = [
      ['Version', facts.version],
      ['Log', facts.log],
      ['Dialect', facts.dialect],
      ['Identity', facts.identity.dot1],
      ['Following', String(facts.following)],
      ['Blocked', String(facts.blocked)],
      ['Messages published', String(facts.published)],
      ['Messages in all', `${facts.entries}, in ${facts.authors} logs`],
      ['Forks', String(facts.forks)],
      ['Kept in', facts.dataDir],
    ];
    output.data(facts, table(rows));
    return EXIT.ok;
  });
}
