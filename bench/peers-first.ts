/**
 * The first exchange of a long channel and of many logs between two peers, beside what the library verifies, and a second
 * one with nothing new. PIPES_PEERS_ENTRIES (1,000,000) and PIPES_PEERS_ENVELOPES (100,000) set the sizes.
 */
import { availableParallelism } from 'node:os';
import { decodeTicket } from '../src/core/ticket.ts';
import { random, sha256, signerFromSeed } from '../src/platform/node/crypto.ts';
import { loadLibrary } from '../src/platform/node/verifier-library.ts';
import { startForwarder } from '../test/network/forwarder.ts';
import { lastFirst, thisNetwork } from '../test/network/namespaces.ts';
import { ticketFor } from '../test/network/tickets.ts';
import type { PeerAnswer } from './peers-job.ts';
import { type PeerProcess, pair } from './peers-pair.ts';
import { type Line, mb, perSecond } from './table.ts';

const ENVELOPES = Number(process.env.PIPES_PEERS_ENVELOPES ?? 100_000);
const ENTRIES = Number(process.env.PIPES_PEERS_ENTRIES ?? 1_000_000);
const LOGS = 1000;
/** Each way, so that rounds can be told by their time. */
const ROUND_MS = 1000;
const LEAST_BYTES = 10_240;
const ROUNDS = 6;

export async function peersFirst(): Promise<Line[]> {
  const raw = verifyRate();
  return [
    ...(ENVELOPES > 0 ? await exchange('envelopes', ENVELOPES, 0, raw) : []),
    ...(ENTRIES > 0 ? await exchange('entries', 0, ENTRIES, raw) : []),
  ];
}

function exchange(what: 'envelopes' | 'entries', envelopes: number, entries: number, raw: number): Promise<Line[]> {
  const total = envelopes + entries;
  const name =
    envelopes > 0
      ? `a channel of ${total.toLocaleString('en')} envelopes`
      : `${LOGS.toLocaleString('en')} logs of ${total.toLocaleString('en')} entries`;
  return pair(async (filler, first) => {
    await filler.run({ do: 'fill', envelopes, logs: entries > 0 ? LOGS : 0, entries });
    // What filling left in memory is not the exchange's.
    const giver = await filler.again();
    await giver.run({ do: 'open' });
    await first.run({ do: 'open' });
    const ticket = (await giver.run({ do: 'ticket' })).text ?? '';
    const atRest = [giver.rss.at(-1) ?? 0, first.rss.at(-1) ?? 0];
    const sync = await first.run({ do: 'sync', ticket });
    const rate = (total / (sync.ms ?? 1)) * 1000;
    const peak = [giver, first].map(({ rss }) => Math.max(...rss));
    await first.run({ do: 'close' });
    const got = await first.run({ do: 'count' });
    const came = (what === 'entries' ? got.entries : got.envelopes) ?? 0;
    if (came < total) throw new Error(`Cannot measure: ${came} of ${total} ${what} came`);
    const taker = await first.again();
    await taker.run({ do: 'open' });
    const second = await again(giver, taker);
    await Promise.all(second.last.map((each) => each.stop()));
    return [
      {
        ...{ what: `first exchange of ${name}`, figure: `${perSecond(rate)}, ${((sync.ms ?? 0) / 1000).toFixed(1)} s` },
        ...{
          limit: `${perSecond(raw)} verified by the library, all cores`,
          ratio: rate / raw,
          budget: '',
          met: undefined,
        },
      },
      {
        ...{ what: '  memory of the giver and the taker at most', figure: peak.map(mb).join(', ') },
        ...{ limit: `${atRest.map(mb).join(', ')} before`, ratio: undefined, budget: '', met: undefined },
      },
      {
        ...{
          what: '  a second one, nothing new: bytes both ways, round trips',
          figure: `${second.bytes.toLocaleString('en')} bytes, ${second.rounds.toFixed(1)}`,
        },
        ...{ limit: '', ratio: undefined, budget: '≤ 10 KB, ≤ 6' },
        met: second.bytes <= LEAST_BYTES && second.rounds <= ROUNDS,
      },
    ];
  });
}

/** Twice, by way of a line without and with delay: how much longer it takes says how often it went there and back. */
async function again(
  giver: PeerProcess,
  taker: PeerProcess,
): Promise<{ bytes: number; rounds: number; last: PeerProcess[] }> {
  const tasks: (() => unknown)[] = [];
  const lines = await startForwarder(lastFirst({ after: (task) => void tasks.push(task) }), thisNetwork());
  const runs: PeerAnswer[] = [];
  let [here, there] = [giver, taker];
  try {
    for (const delayMs of [0, ROUND_MS / 2]) {
      for (const each of [here, there]) await each.run({ do: 'close' });
      [here, there] = await Promise.all([here.again(), there.again()]);
      // Another port than before, so that the line is the only way.
      await here.run({ do: 'open' });
      const ticket = (await here.run({ do: 'ticket' })).text ?? '';
      const to = { host: '127.0.0.1', port: portIn(ticket) };
      const line = await lines.line({ host: '127.0.0.1', port: 0 }, to, { delayMs });
      await there.run({ do: 'open' });
      runs.push(await there.run({ do: 'sync', ticket: ticketFor(sha256, ticket, [`tls://127.0.0.1:${line.port}`]) }));
    }
  } finally {
    for (const task of tasks) await task();
  }
  const [fast, slow] = runs;
  const rounds = ((slow?.exchangeMs ?? 0) - (fast?.exchangeMs ?? 0)) / ROUND_MS;
  return { bytes: Math.max(...runs.map(({ bytes = 0 }) => bytes)), rounds, last: [here, there] };
}

const portIn = (ticket: string): number =>
  Number(
    decodeTicket(sha256, ticket)
      .addresses.find((each) => each.startsWith('tls:'))
      ?.split(':')
      .at(-1),
  );

/** What the library verifies in a second on one core, times the cores. */
function verifyRate(): number {
  const { check } = loadLibrary();
  const key = signerFromSeed(random(32)).key;
  const [message, signature] = [random(300), random(64)];
  signature[63] = 0;
  const begun = performance.now();
  let count = 0;
  for (; performance.now() - begun < 1000; count++) check(key, signature, message);
  return (count / (performance.now() - begun)) * 1000 * availableParallelism();
}
