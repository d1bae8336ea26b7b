/** `pipes peer`: whom this installation follows and blocks. */
import type { Command } from 'commander';
import { hasRelay } from '../core/recipient.ts';
import type { FriendOptions, LogPeer, Peer } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { addLogOptions, type LogFlags, withLogs } from './logs.ts';
import { countOf } from './numbers.ts';
import { table } from './output.ts';
import { keyOf } from './recipients.ts';

type FriendFlags = LogFlags & { announce?: boolean };

export function addPeerCommand(program: Command, finish: (code: number) => void): void {
  const peer = program.command('peer').description('Follow authors, whose logs you carry from then on, or block them.');
  const add = (name: string, description: string) => addLogOptions(peer.command(name)).description(description);
  const change = (
    name: string,
    description: string,
    done: string,
    work: (peer: Peer, author: string, options: FriendOptions) => Promise<void>,
  ) =>
    add(`${name} <author>`, description)
      .option('--announce', 'say so in your own log, for friends of friends to read')
      .action(async (entered: string, flags: FriendFlags) => {
        const author = hasRelay(entered) ? await keyOf(entered, flags.dataDir) : entered;
        return withLogs(flags, async (opened, output) => {
          await work(opened, author, { announce: flags.announce === true });
          output.data({ author, [done]: true }, author);
          finish(EXIT.ok);
        });
      });
  change(
    'add',
    'Follow an author: a log (USER.…), or a person (a key, or name@relay) with all their logs.',
    'followed',
    ({ logs }, ...rest) => logs.follow(...rest),
  );
  change('remove', 'Stop following an author; what is here stays.', 'removed', ({ logs }, ...rest) =>
    logs.unfollow(...rest),
  );
  change('block', 'Delete a log and take it neither in nor out any more.', 'blocked', ({ logs }, ...rest) =>
    logs.block(...rest),
  );
  change('unblock', 'Let a blocked author in again.', 'unblocked', ({ logs }, author) => logs.unblock(author));
  add('all', 'List who is followed and blocked.')
    .option('--distance <number>', 'also friends of friends, to that distance', '1')
    .action((flags: LogFlags & { distance: string }) =>
      withLogs(flags, async ({ logs }, output) => {
        const all = await logs.peers({ distance: countOf('--distance', flags.distance, 16) });
        const others = all.filter(({ distance }) => distance !== 0);
        output.data(others, others.length === 0 ? 'Nobody yet: pipes peer add USER.…' : table(others.map(peerRow)));
        finish(EXIT.ok);
      }),
    );
}

/** The id first and alone where it is followed, as scripts for the published client expect. */
function peerRow({ author, distance, blocked }: LogPeer): string[] {
  if (blocked) return [author, 'blocked'];
  return distance === 1 ? [author] : [author, `${distance} steps away`];
}
