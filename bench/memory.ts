/** Resident memory: at rest, while 1,000 messages a second come in and go out to 20 streams, and at rest again. */
import { type Load, pause, type Served, startBare, startRelay } from './processes.ts';
import { type Line, mb, ms, quantile } from './table.ts';

const REST_MS = 5000;
/** A relay looks twice a minute whether it rests (src/cli/lean.ts). */
const LONG_REST_MS = 65_000;
const RATE = 1000;
const SECONDS = 15;
const STREAMS = 20;

export async function memory(load: Load): Promise<Line[]> {
  const relay = await measure(load, await startRelay(), LONG_REST_MS);
  const bare = await measure(load, await startBare(Math.round(relay.blockBytes)), REST_MS);
  return [
    line('memory at rest, no peer-to-peer', relay.rest, bare.rest, 90e6),
    line(`greatest memory at ${RATE.toLocaleString('en')} messages/s`, relay.busy, bare.busy, 120e6),
    line('memory a minute afterwards', relay.after, bare.after),
    {
      what: `delivery p99 at ${RATE.toLocaleString('en')} messages/s, ${STREAMS} subscribers`,
      figure: ms(relay.p99),
      limit: `${ms(bare.p99)} bare node:http`,
      ratio: relay.p99 / bare.p99,
      budget: '< 50 ms',
      met: relay.p99 < 50,
    },
  ];
}

function line(what: string, figure: number, limit: number, budget?: number): Line {
  return {
    ...{ what, figure: mb(figure), limit: `${mb(limit)} bare node:http`, ratio: figure / limit },
    budget: budget === undefined ? '' : `≤ ${mb(budget)}`,
    met: budget === undefined ? undefined : figure <= budget,
  };
}

async function measure(load: Load, server: Served, restMs: number) {
  const { port } = server;
  const channel = 'memory';
  try {
    await load.run({ do: 'prepare', channel, posts: RATE * SECONDS });
    await pause(REST_MS);
    const rest = server.rss();
    await load.run({ do: 'subscribe', port, channel, streams: STREAMS });
    let busy = 0;
    const sampling = setInterval(() => {
      busy = Math.max(busy, server.rss());
    }, 100);
    const posts = RATE * SECONDS;
    const posted = await load.run({ do: 'post', port, channel, posts, inFlight: 64, perSecond: RATE });
    clearInterval(sampling);
    await load.run({ do: 'unsubscribe' });
    await pause(restMs);
    return { rest, busy, after: server.rss(), p99: quantile(posted.latencies, 0.99), blockBytes: posted.blockBytes };
  } finally {
    await server.stop();
  }
}
