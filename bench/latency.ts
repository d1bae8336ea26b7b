/** One message at a time through an idle relay: from the post to a subscriber's socket. */

import { syncedWrites } from './disk.ts';
import { type Load, type Served, startBare, startRelay } from './processes.ts';
import { type Line, ms, quantile } from './table.ts';

const POSTS = 300;
const PER_SECOND = 50;

export async function latency(load: Load): Promise<Line[]> {
  const relay = await measure(load, await startRelay());
  const bare = await measure(load, await startBare(0));
  const disk = syncedWrites();
  return [0.5, 0.99].flatMap((share) => {
    const what = `delivery p${share * 100} at rest, signed, stored`;
    const [figure, limit, synced] = [relay, bare, disk].map((all) => quantile(all, share)) as [number, number, number];
    return [
      {
        ...{ what, figure: ms(figure), limit: `${ms(limit)} bare node:http`, ratio: figure / limit },
        budget: share === 0.5 ? '< 5 ms' : '',
        met: share === 0.5 ? figure < 5 : undefined,
      },
      {
        ...{ what: 'the same against the disk', figure: ms(figure), limit: `${ms(synced)} one synced write` },
        ...{ ratio: figure / synced, budget: '', met: undefined },
      },
    ];
  });
}

async function measure(load: Load, server: Served): Promise<readonly number[]> {
  const { port } = server;
  const channel = 'rest';
  try {
    await load.run({ do: 'prepare', channel, posts: POSTS + 50 });
    await load.run({ do: 'subscribe', port, channel, streams: 1 });
    await load.run({ do: 'post', port, channel, posts: 50, inFlight: 1, perSecond: PER_SECOND });
    const posted = await load.run({ do: 'post', port, channel, posts: POSTS, inFlight: 1, perSecond: PER_SECOND });
    return posted.latencies;
  } finally {
    await load.run({ do: 'unsubscribe' });
    await server.stop();
  }
}
