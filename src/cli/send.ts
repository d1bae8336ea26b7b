/** `pipes send`: seals a message to a channel's members and waits until the relay has stored it. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { Channel, Message, OutgoingFile } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { messageJson } from './message-lines.ts';
import { secondsToMs } from './numbers.ts';
import { plural, printable } from './output.ts';
import { addPeerOptions, online, type PeerFlags, withPeer } from './peer.ts';

type SendFlags = PeerFlags & { file: string[] };

export function addSend(program: Command, finish: (code: number) => void): void {
  const command = program.command('send <to> <text>');
  addPeerOptions(command)
    .description(
      'Seal a message to all who can read a channel, or to one person (name@relay, or a key), and send it. "-" as the text reads stdin.',
    )
    .option(
      '--file <path>',
      'send a file along, sealed; may be repeated',
      (path, before: string[]) => [...before, path],
      [],
    )
    .action(async (to: string, text: string, flags: SendFlags) => {
      const { isPerson, sendDirect } = await import('./send-direct.ts');
      finish(await (isPerson(to) ? sendDirect : send)(to, text, flags));
    });
}

async function send(channelName: string, given: string, flags: SendFlags): Promise<number> {
  const timeout = secondsToMs('--timeout', flags.timeout);
  const text = given === '-' ? (await readAll(process.stdin)).trimEnd() : given;
  const files = await Promise.all(flags.file.map(readOutgoing));
  return withPeer(flags, async (peer, output) => {
    // Whom to seal to is known once the relay has told; a message sealed before would reach nobody new.
    await online(peer, timeout);
    const channel = peer.channel(channelName);
    const sent = await settled(channel, await channel.send(text, { files }), timeout);
    output.data(messageJson(sent), outcome(sent));
    return sent.delivery.state === 'sent' ? EXIT.ok : EXIT.remote;
  });
}

async function readOutgoing(path: string): Promise<OutgoingFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`Cannot send ${path}: expected a readable file, got ${error.code ?? error.message}.`);
  });
  return { name: basename(path), type: 'application/octet-stream', bytes };
}

/** The message as it is once the relay has stored or refused it, or as it still is when time is up. */
function settled(channel: Channel, message: Message, timeoutMs: number): Promise<Message> {
  return new Promise((settle) => {
    const finish = (final: Message): void => {
      clearTimeout(timer);
      unsubscribe();
      settle(final);
    };
    const timer = setTimeout(() => finish(message), timeoutMs);
    const unsubscribe = channel.on('message', (each) => {
      if (each.id === message.id && each.delivery.state !== 'queued') finish(each);
    });
    if (message.delivery.state !== 'queued') finish(message);
    else void stored(channel, message.id).then((each) => each && finish(each));
  });
}

/** It may have been stored between send() and the subscription. */
async function stored(channel: Channel, id: string): Promise<Message | undefined> {
  const recent = await channel.messages({ limit: 50 });
  return recent.find((each) => each.id === id && each.delivery.state !== 'queued');
}

function outcome(message: Message): string {
  if (message.delivery.state === 'failed') return `Not sent: ${printable(message.delivery.error)}`;
  if (message.delivery.state === 'queued')
    return 'Queued: the relay has not stored it yet. It goes out with the next command.';
  const readers = message.lock.state === 'open' ? message.lock.readers : 0;
  return `Sent to ${message.channel}, sealed to ${plural(readers, 'identity').replace('identitys', 'identities')}.`;
}
