/**
 * What stands between this machine and the others, as far as servers that it knows tell (STUN): whether a NAT gives the
 * same outer address for all whom it talks to, which makes direct paths possible, or another for each.
 */
import { createSocket } from 'node:dgram';
import { ownHosts } from './own-addresses.ts';
import { askStun } from './stun.ts';
import type { SeenAs } from './stun-message.ts';

export type Nat =
  /** none: seen with an address of its own. */
  | { readonly kind: 'none' | 'one-address' | 'address-for-each'; readonly seen: readonly SeenAs[] }
  /** One server alone answered: it is behind a NAT, of which kind needs a second one. */
  | { readonly kind: 'some'; readonly seen: readonly SeenAs[] }
  | { readonly kind: 'unknown'; readonly seen: readonly [] };

const MOST_SERVERS = 4;
/** Six seconds in all: where somebody answers, it takes none of them. */
const ATTEMPTS = 5;

/** Asks all of them from one port. Never rejects: whoever does not answer tells nothing. */
export async function natSeenBy(servers: readonly SeenAs[], attempts = ATTEMPTS): Promise<Nat> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve) => socket.bind(0, resolve));
    const answers = await Promise.allSettled(
      servers.slice(0, MOST_SERVERS).map((server) => askStun(server, { socket, attempts })),
    );
    return natOf(
      answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])),
      [...ownHosts(), '127.0.0.1'],
    );
  } finally {
    await new Promise<void>((resolve) => socket.close(resolve));
  }
}

/** Judged by how several servers see one port of this machine. */
export function natOf(seen: readonly SeenAs[], own: readonly string[]): Nat {
  const [first] = seen;
  if (first === undefined) return { kind: 'unknown', seen: [] };
  if (seen.every(({ host }) => own.includes(host))) return { kind: 'none', seen };
  if (seen.length === 1) return { kind: 'some', seen };
  const isSame = seen.every(({ host, port }) => host === first.host && port === first.port);
  return { kind: isSame ? 'one-address' : 'address-for-each', seen };
}
