/** A thousand streams that wait: what each costs, and how soon all have one message. */
import { type Load, pause, type Served, startBare, startRelay } from './processes.ts';
import { type Line, ms } from './table.ts';

const STREAMS = 1000;

export async function streams(load: Load): Promise<Line[]> {
  const relay = await measure(load, await startRelay());
  const bare = await measure(load, await startBare(Math.round(relay.blockBytes)));
  return [
    {
      what: `${STREAMS.toLocaleString('en')} idle subscribers, memory of each`,
      figure: `${(relay.bytesEach / 1024).toFixed(1)} KiB`,
      limit: `${(bare.bytesEach / 1024).toFixed(1)} KiB bare node:http`,
      ratio: relay.bytesEach / bare.bytesEach,
      budget: 'all held',
      met: relay.reached,
    },
    {
      what: 'one post has reached all of them after',
      figure: ms(relay.allMs),
      limit: `${ms(bare.allMs)} bare node:http`,
      ratio: relay.allMs / bare.allMs,
      budget: '',
      met: undefined,
    },
  ];
}

async function measure(load: Load, server: Served) {
  const { port } = server;
  const channel = 'idle';
  const one = { do: 'post', port, channel, posts: 1, inFlight: 1 } as const;
  try {
    await load.run({ do: 'prepare', channel, posts: 10 });
    await load.run({ do: 'subscribe', port, channel, streams: 1 });
    for (let i = 0; i < 5; i++) await load.run(one);
    await pause(1000);
    const before = server.rss();
    await load.run({ do: 'subscribe', port, channel, streams: STREAMS - 1 });
    await pause(3000);
    const bytesEach = (server.rss() - before) / (STREAMS - 1);
    const times = [];
    let blockBytes = 0;
    for (let i = 0; i < 5; i++) {
      const posted = await load.run(one);
      times.push(posted.allSeconds * 1000);
      blockBytes = posted.blockBytes;
    }
    return { bytesEach, allMs: times.sort((a, b) => a - b)[2] ?? Number.NaN, blockBytes, reached: true };
  } finally {
    await load.run({ do: 'unsubscribe' });
    await server.stop();
  }
}
