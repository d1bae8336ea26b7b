/**
 * Finds peers on the local network, and lets them find this one, by multicast DNS (spec/11-transports.md#discovery). It
 * finds addresses, and trusts nothing: who answers there proves its key in a handshake. It asks when it starts, now and
 * then afterwards, and answers at most once a second, whoever asks how often.
 */
import { toHex } from '../../core/bytes.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { peerIdOf, tcpAddress } from '../web/libp2p-address.ts';
import { clock as realClock, random as realRandom } from './crypto.ts';
import { announcement, question, readMdns } from './mdns-message.ts';
import { type MulticastSocket, openMulticast } from './mdns-socket.ts';
import { isLocal } from './own-addresses.ts';
import { formatTlsAddress } from './tls-address.ts';

export interface FoundPeer {
  readonly key: Uint8Array;
  /** tls:// first, as it carries more. */
  readonly addresses: readonly string[];
}

export interface Discovery {
  /** Asks who is there, now. */
  ask(): void;
  close(): Promise<void>;
}

/** Pauses between the first questions, which datagrams that got lost make necessary, and between all later ones. */
const ASK_AFTER_MS = [0, 1000, 3000];
const ASK_EVERY_MS = 300_000;
const ANSWER_PAUSE_MS = 1000;
/** Answers of many peers to one question shall not collide: RFC 6762 section 6. */
const ANSWER_DELAY_MS = { least: 20, most: 120 };
/** A peer is told of again after this long. */
const TOLD_MS = 60_000;
/** So many peers and addresses are remembered as told; a flood of names makes them be told again, no more. */
const MOST_TOLD = 512;

export async function startDiscovery(options: {
  /** This peer's, and the port at which it takes connections. */
  readonly key: Uint8Array;
  readonly port: number;
  readonly found: (peer: FoundPeer) => void;
  readonly socket?: MulticastSocket;
  readonly clock?: Clock;
  readonly random?: Random;
}): Promise<Discovery> {
  const { key, port, found, clock = realClock, random = realRandom } = options;
  const socket = options.socket ?? (await openMulticast());
  const cancels = new Set<() => void>();
  const told = new Map<string, number>();
  let answeredAt = Number.NEGATIVE_INFINITY;
  let isAnswering = false;

  const later = (ms: number, task: () => void): void => {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel);
      task();
    });
    cancels.add(cancel);
  };
  const announce = (): void => socket.send(announcement({ key, port }));
  const answer = (): void => {
    if (isAnswering) return;
    isAnswering = true;
    const [draw = 0] = random(1);
    const { least, most } = ANSWER_DELAY_MS;
    const delay = least + ((most - least) * draw) / 255;
    later(Math.max(delay, answeredAt + ANSWER_PAUSE_MS - clock.now()), () => {
      isAnswering = false;
      answeredAt = clock.now();
      announce();
    });
  };
  const tell = (other: Uint8Array, host: string, at: number): void => {
    const name = `${toHex(other)} ${host} ${at}`;
    const now = clock.now();
    if (now - (told.get(name) ?? Number.NEGATIVE_INFINITY) < TOLD_MS) return;
    if (told.size >= MOST_TOLD) told.clear();
    told.set(name, now);
    found({
      key: other,
      addresses: [formatTlsAddress({ host, port: at }), `${tcpAddress(host, at)}/p2p/${peerIdOf(other)}`],
    });
  };
  socket.onMessage((bytes, from) => {
    if (!isLocal(from)) return;
    const message = readMdns(bytes);
    if (message?.kind === 'question') answer();
    for (const peer of message?.kind === 'announcement' ? message.peers : [])
      if (toHex(peer.key) !== toHex(key)) tell(peer.key, from, peer.port);
  });
  const ask = (): void => socket.send(question());
  const askAgain = (): void => {
    ask();
    later(ASK_EVERY_MS, askAgain);
  };
  for (const after of ASK_AFTER_MS)
    later(after, () => {
      ask();
      announce();
    });
  later(ASK_EVERY_MS, askAgain);
  return {
    ask,
    async close() {
      for (const cancel of cancels) cancel();
      socket.send(announcement({ key, port }, 0));
      await socket.close();
    },
  };
}
