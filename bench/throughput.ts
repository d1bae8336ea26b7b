/** How many signed posts a second the relay takes while 20 and 200 streams get each, and how soon they get them. */
import type { Posted } from './load-job.ts';
import { type Load, type Served, startBare, startRelay } from './processes.ts';
import { type Line, ms, perSecond, quantile } from './table.ts';

const WARM_UP = 1500;
const IN_FLIGHT = 32;

export async function throughput(load: Load): Promise<Line[]> {
  return [...(await oneSize(load, 20, 8000)), ...(await oneSize(load, 200, 3000))];
}

async function oneSize(load: Load, streams: number, posts: number): Promise<Line[]> {
  const channel = `throughput-${streams}`;
  const relay = await measure(load, await startRelay(), channel, streams, posts);
  const bare = await measure(load, await startBare(Math.round(relay.blockBytes)), channel, streams, posts);
  await load.run({ do: 'prepare', channel: 'verify', posts: 2000 });
  const verify = await load.run({ do: 'verify', channel: 'verify' });
  const rate = posts / relay.seconds;
  const bareRate = posts / bare.seconds;
  const [p50, p99] = [quantile(relay.latencies, 0.5), quantile(relay.latencies, 0.99)];
  const has = streams === 20;
  const who = `${streams} subscribers`;
  return [
    {
      what: `signed posts, ${who}, ${IN_FLIGHT} in flight`,
      figure: perSecond(rate),
      limit: `${perSecond(bareRate)} bare node:http`,
      ratio: rate / bareRate,
      budget: has ? '≥ 2,000/s' : '',
      met: has ? rate >= 2000 : undefined,
    },
    {
      what: `the same against verifying alone`,
      figure: perSecond(rate),
      limit: `${perSecond(verify.perSecond)} ${verify.library}, one core`,
      ratio: rate / verify.perSecond,
      budget: '',
      met: undefined,
    },
    latency(`delivery p50, ${who}, at that rate`, p50, quantile(bare.latencies, 0.5)),
    latency(`delivery p99, ${who}, at that rate`, p99, quantile(bare.latencies, 0.99), has ? 50 : undefined),
  ];
}

function latency(what: string, figure: number, limit: number, budget?: number): Line {
  return {
    ...{ what, figure: ms(figure), limit: `${ms(limit)} bare node:http`, ratio: figure / limit },
    budget: budget === undefined ? '' : `< ${budget} ms`,
    met: budget === undefined ? undefined : figure < budget,
  };
}

async function measure(load: Load, server: Served, channel: string, streams: number, posts: number): Promise<Posted> {
  const { port } = server;
  try {
    await load.run({ do: 'prepare', channel, posts: WARM_UP + posts });
    await load.run({ do: 'subscribe', port, channel, streams });
    await load.run({ do: 'post', port, channel, posts: WARM_UP, inFlight: IN_FLIGHT });
    return await load.run({ do: 'post', port, channel, posts, inFlight: IN_FLIGHT });
  } finally {
    await load.run({ do: 'unsubscribe' });
    await server.stop();
  }
}
