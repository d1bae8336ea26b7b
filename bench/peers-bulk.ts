/**
 * A file from peer to peer beside TLS 1.3 alone, over each transport and through a relay. PIPES_PEERS_BYTES (1 GiB) sets
 * its size.
 */
import { decodeTicket } from '../src/core/ticket.ts';
import { sha256 } from '../src/platform/node/crypto.ts';
import { ticketFor } from '../test/network/tickets.ts';
import { type PeerProcess, pair } from './peers-pair.ts';
import { type Line, mb, quantile } from './table.ts';

const BYTES = Number(process.env.PIPES_PEERS_BYTES ?? 2 ** 30);

interface Way {
  readonly name: string;
  /** Of the giver's addresses, those to dial it at. */
  takes(address: string): boolean;
  readonly isHidden: boolean;
}

const WAYS: readonly Way[] = [
  { name: 'TLS', takes: (address) => address.startsWith('tls:'), isHidden: false },
  {
    name: 'libp2p',
    takes: (address) => /^\/ip4\/[\d.]+\/tcp\/\d+\/p2p\//.test(address),
    isHidden: false,
  },
  { name: 'a relay', takes: () => true, isHidden: true },
];

export async function peersBulk(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const way of WAYS) lines.push(...(await pair((giver, taker, third) => carry(way, giver, taker, third))));
  return lines;
}

async function carry(
  way: Way,
  giver: PeerProcess,
  taker: PeerProcess,
  third: () => Promise<PeerProcess>,
): Promise<Line[]> {
  const { isHidden } = way;
  await giver.run({ do: 'open', isHidden });
  await taker.run({ do: 'open', isHidden });
  const id = (await giver.run({ do: 'put', bytes: BYTES })).text ?? '';
  const { port = 0 } = await giver.run({ do: 'serve-raw', bytes: BYTES });
  const raw = await taker.run({ do: 'take-raw', port });
  if (isHidden) {
    const relay = (await (await third()).run({ do: 'relay' })).text ?? '';
    for (const each of [giver, taker]) await each.run({ do: 'meet', ticket: relay });
  }
  const ticket = (await giver.run({ do: 'ticket' })).text ?? '';
  const addresses = decodeTicket(sha256, ticket).addresses.filter(way.takes);
  await taker.run({ do: 'sync', ticket: ticketFor(sha256, ticket, addresses) });
  giver.rss.length = 0;
  taker.rss.length = 0;
  const got = await taker.run({ do: 'get', id });
  if (got.bytes !== BYTES || (raw.bytes ?? 0) < BYTES)
    throw new Error(`Cannot measure: ${got.bytes} bytes came of ${BYTES}`);
  const [rate, limit] = [got, raw].map((each) => BYTES / ((each.ms ?? 1) / 1000)) as [number, number];
  return [
    {
      ...{ what: `a file of ${mb(BYTES)} by way of ${way.name}, checked and stored`, figure: `${mb(rate)}/s` },
      ...{ limit: `${mb(limit)}/s TLS 1.3 alone, nothing stored`, ratio: rate / limit, budget: '', met: undefined },
    },
    memory([giver, taker].map(({ rss }) => rss)),
  ];
}

function memory(samples: readonly (readonly number[])[]): Line {
  const growth = samples.map((rss) => {
    const tenth = Math.ceil(rss.length / 10);
    return quantile(rss.slice(-tenth), 0.9) / quantile(rss.slice(tenth, 2 * tenth), 0.9);
  });
  const ratio = Math.max(...growth);
  return {
    what: '  memory of the giver and the taker at most',
    figure: samples.map((rss) => mb(Math.max(...rss))).join(', '),
    ...{ limit: 'last tenth over first', ratio, budget: '≤ 1.2', met: ratio <= 1.2 },
  };
}
