/** A file from peer to peer beside TLS 1.3 alone. PIPES_PEERS_BYTES (1 GiB) sets its size. */
import { pair } from './peers-pair.ts';
import { type Line, mb, quantile } from './table.ts';

const BYTES = Number(process.env.PIPES_PEERS_BYTES ?? 2 ** 30);

export async function peersBulk(): Promise<Line[]> {
  return pair(async (giver, taker) => {
    await giver.run({ do: 'open' });
    await taker.run({ do: 'open' });
    const id = (await giver.run({ do: 'put', bytes: BYTES })).text ?? '';
    const ticket = (await giver.run({ do: 'ticket' })).text ?? '';
    await taker.run({ do: 'sync', ticket });
    const { port = 0 } = await giver.run({ do: 'serve-raw', bytes: BYTES });
    const raw = await taker.run({ do: 'take-raw', port });
    giver.rss.length = 0;
    taker.rss.length = 0;
    const got = await taker.run({ do: 'get', id });
    if (got.bytes !== BYTES || (raw.bytes ?? 0) < BYTES)
      throw new Error(`Cannot measure: ${got.bytes} bytes came of ${BYTES}`);
    const [rate, limit] = [got, raw].map((each) => BYTES / ((each.ms ?? 1) / 1000)) as [number, number];
    const growth = [giver, taker].map(({ rss }) => {
      const tenth = Math.ceil(rss.length / 10);
      return quantile(rss.slice(-tenth), 0.9) / quantile(rss.slice(tenth, 2 * tenth), 0.9);
    });
    return [
      {
        ...{ what: `a file of ${mb(BYTES)} from peer to peer, checked and stored`, figure: `${mb(rate)}/s` },
        ...{ limit: `${mb(limit)}/s TLS 1.3 alone, nothing stored`, ratio: rate / limit, budget: '', met: undefined },
      },
      {
        ...{
          what: '  memory of the giver and the taker at most',
          figure: [giver, taker].map(({ rss }) => mb(Math.max(...rss))).join(', '),
        },
        ...{
          limit: 'last tenth over first',
          ratio: Math.max(...growth),
          budget: '≤ 1.2',
          met: Math.max(...growth) <= 1.2,
        },
      },
    ];
  });
}
