/** `pipes send` to one person: sealed to their key alone, and left in their mailbox. */
import { text as readAll } from 'node:stream/consumers';
import { UsageError } from '../core/errors.ts';
import { hasRelay } from '../core/recipient.ts';
import { isChannelName } from '../core/scope.ts';
import type { Peer } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { secondsToMs } from './numbers.ts';
import { printable } from './output.ts';
import { online, type PeerFlags, withPeer } from './peer.ts';
import { personOf } from './recipients.ts';

/** A key is too long for a channel, and no channel has an "@". */
export const isPerson = (to: string): boolean => !isChannelName(to) && (hasRelay(to) || /^[0-9a-f]{64}$/i.test(to));

export async function sendDirect(to: string, given: string, flags: PeerFlags & { file: string[] }): Promise<number> {
  if (flags.file.length > 0)
    throw new UsageError('Cannot send files to one person: expected a channel; put the file into a channel of the two');
  const timeout = secondsToMs('--timeout', flags.timeout);
  const text = given === '-' ? (await readAll(process.stdin)).trimEnd() : given;
  return withPeer(flags, async (peer, output) => {
    await online(peer, timeout);
    const key = await personOf(to, flags.dataDir, peer);
    const { id } = await peer.send(key, new TextEncoder().encode(text));
    const isStored = await nothingQueued(peer, timeout);
    const outcome = isStored ? `Sealed to ${printable(to)} alone, and left in their mailbox.` : QUEUED;
    output.data({ id, to: key, stored: isStored }, outcome);
    return isStored ? EXIT.ok : EXIT.remote;
  });
}

const QUEUED = 'Queued: the relay has not stored it yet. It goes out with the next command.';

/** Whether the relay has all that waited for it, before time is up. */
function nothingQueued(peer: Peer, timeoutMs: number): Promise<boolean> {
  return new Promise((settle) => {
    const finish = (isStored: boolean): void => {
      clearTimeout(timer);
      unsubscribe();
      settle(isStored);
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    const look = ({ queued }: { queued: number }): void => {
      if (queued === 0) finish(true);
    };
    const unsubscribe = peer.on('status', look);
    look(peer.status());
  });
}
