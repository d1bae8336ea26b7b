/** `pipes listen`: joins a channel and prints its messages as they come, until it is told to stop. */
import type { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import type { Message, Peer } from '../runtime/api.ts';
import { EXIT } from './exit.ts';
import { messageJson, messageLine } from './message-lines.ts';
import { countOf, secondsToMs } from './numbers.ts';
import { type Output, printable, printableLines } from './output.ts';
import { addPeerOptions, online, type PeerFlags, withPeer } from './peer.ts';
import { stopSignal } from './stop.ts';

type ListenFlags = PeerFlags & { last: string; direct?: boolean };

export function addListen(program: Command, finish: (code: number) => void): void {
  const command = program.command('listen [channel]');
  addPeerOptions(command)
    .description('Join a channel and print its messages as they come, until Ctrl+C. With --json one message per line.')
    .option('--last <count>', 'how many earlier ones to print first', '10')
    .option('--direct', 'print what people sent to you alone instead, each message once')
    .action(async (channel: string | undefined, flags: ListenFlags) => {
      if (flags.direct === true) return finish(await listenDirect(flags));
      if (channel === undefined) throw new UsageError('Cannot listen: expected a channel, or --direct');
      finish(await listen(channel, flags));
    });
}

/** What has been printed does not come again: its sender is told that it arrived. */
async function listenDirect(flags: ListenFlags): Promise<number> {
  const timeout = secondsToMs('--timeout', flags.timeout);
  const stop = stopSignal();
  return withPeer(flags, async (peer, output) => {
    const unsubscribe = peer.onMessage(({ id, from, name, time, bytes }) => {
      const text = new TextDecoder().decode(bytes);
      const line = `${time.toISOString().slice(0, 19).replace('T', ' ')}  ${printable(name)}: ${printableLines(text, '  ')}`;
      output.data({ id, from, name, time: time.toISOString(), text }, line);
    });
    await online(peer, timeout);
    const unwatch = sayWhetherOnline(peer, output);
    output.note(`Listening as ${printable(peer.identity.name)} (${peer.identity.dot1}). Stop with Ctrl+C.`);
    await stop.stopped;
    unwatch();
    unsubscribe();
    return EXIT.ok;
  }).finally(() => stop.dispose());
}

async function listen(channelName: string, flags: ListenFlags): Promise<number> {
  const last = countOf('--last', flags.last, 500);
  const timeout = secondsToMs('--timeout', flags.timeout);
  const stop = stopSignal();
  return withPeer(flags, async (peer, output) => {
    const channel = peer.channel(channelName);
    const printed = new Map<string, boolean>();
    const print = (message: Message): void => {
      if (message.aside) return;
      // The same message comes again when its delivery changes; once it could be read it is said.
      if (printed.get(message.id) === true || printed.get(message.id) === (message.text !== undefined)) return;
      remember(printed, message);
      output.data(messageJson(message), messageLine(message));
    };
    await online(peer, timeout);
    await channel.join();
    const waiting: Message[] = [];
    let take = (message: Message): void => void waiting.push(message);
    const unsubscribe = channel.on('message', (message) => take(message));
    if (last > 0) for (const message of await channel.messages({ limit: last })) print(message);
    take = print;
    waiting.forEach(print);
    const unwatch = sayWhetherOnline(peer, output);
    output.note(
      `Listening to ${channelName} as ${printable(peer.identity.name)} (${peer.identity.dot1}). Stop with Ctrl+C.`,
    );
    await stop.stopped;
    unwatch();
    unsubscribe();
    return EXIT.ok;
  }).finally(() => stop.dispose());
}

/** Tells once when the relay is lost, and once when it is back. */
function sayWhetherOnline(peer: Peer, output: Output): () => void {
  let isLost = false;
  return peer.on('status', ({ connection, problem }) => {
    if (connection === 'connecting' || (connection === 'offline') === isLost) return;
    isLost = connection === 'offline';
    if (isLost) output.note(`The relay is gone (${printable(problem ?? 'no answer')}). Trying again until it is back.`);
    else output.note('The relay is back. What was missed comes now.');
  });
}

/** Bounded: what was printed long ago does not come again. */
function remember(printed: Map<string, boolean>, message: Message): void {
  if (printed.size > 10_000) for (const id of [...printed.keys()].slice(0, 5_000)) printed.delete(id);
  printed.set(message.id, message.text !== undefined);
}
