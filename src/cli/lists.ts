/** `pipes channels` and `pipes members`: what there is, and who can read. */
import type { Command } from 'commander';
import { EXIT } from './exit.ts';
import { memberRow } from './message-lines.ts';
import { secondsToMs } from './numbers.ts';
import { plural, table } from './output.ts';
import { addPeerOptions, online, type PeerFlags, withPeer } from './peer.ts';

export function addChannels(program: Command, finish: (code: number) => void): void {
  const command = program.command('channels');
  addPeerOptions(command)
    .description('List the channels that this identity joined and those that the relay knows, latest activity first.')
    .action(async (flags: PeerFlags) => finish(await channels(flags)));
}

function channels(flags: PeerFlags): Promise<number> {
  return withPeer(flags, async (peer, output) => {
    await online(peer, secondsToMs('--timeout', flags.timeout));
    const list = await peer.channels();
    const rows = list.map((each) => [
      each.name,
      plural(each.count, 'message'),
      each.latest?.toISOString() ?? '',
      each.joined ? 'joined' : '',
    ]);
    output.data(list, list.length === 0 ? 'No channels yet: send to one and it is there.' : table(rows));
    return EXIT.ok;
  });
}

export function addMembers(program: Command, finish: (code: number) => void): void {
  const command = program.command('members <channel>');
  addPeerOptions(command)
    .description('List the identities that a message sent to the channel now would be sealed to.')
    .action(async (channel: string, flags: PeerFlags) => finish(await members(channel, flags)));
}

function members(channel: string, flags: PeerFlags): Promise<number> {
  return withPeer(flags, async (peer, output) => {
    await online(peer, secondsToMs('--timeout', flags.timeout));
    const list = await peer.channel(channel).members();
    output.data(list, list.length === 0 ? 'Nobody has joined yet.' : table(list.map(memberRow)));
    return EXIT.ok;
  });
}
