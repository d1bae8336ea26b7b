/**
 * Two peers on loopback, each a process of its own: the first exchange of a long channel and of many logs, beside what
 * the library verifies; a second one with nothing new; a gigabyte of file beside TLS 1.3 alone; and what it is like when
 * a relay between two dies or freezes. PIPES_PEERS_ENTRIES (100,000), PIPES_PEERS_ENVELOPES (100,000) and
 * PIPES_PEERS_BYTES (1 GiB) set the sizes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeTicket } from '../src/core/ticket.ts';
import { random, sha256, signerFromSeed } from '../src/platform/node/crypto.ts';
import { loadLibrary } from '../src/platform/node/verifier-library.ts';
import { measure } from '../test/network/exchange.ts';
import { startForwarder } from '../test/network/forwarder.ts';
import type { Machine } from '../test/network/machine.ts';
import { lastFirst, thisNetwork } from '../test/network/namespaces.ts';
import { twoRelays } from '../test/network/relays.ts';
import { ticketFor } from '../test/network/tickets.ts';
import type { PeerAnswer, PeerJob } from './peers-job.ts';
import { residentBytes, root } from './processes.ts';
import { type Line, mb, ms, perSecond, quantile } from './table.ts';

const ENVELOPES = Number(process.env.PIPES_PEERS_ENVELOPES ?? 100_000);
const ENTRIES = Number(process.env.PIPES_PEERS_ENTRIES ?? 100_000);
const BYTES = Number(process.env.PIPES_PEERS_BYTES ?? 2 ** 30);
const LOGS = 1000;
/** Each way, so that rounds can be told by their time. */
const ROUND_MS = 1000;
const LEAST_BYTES = 10_240;
const ROUNDS = 6;

export async function peers(): Promise<Line[]> {
  const raw = verifyRate();
  return [
    ...(await exchange('envelopes', ENVELOPES, 0, raw)),
    ...(await exchange('entries', 0, ENTRIES, raw)),
    ...(await bulk()),
    ...(await gaps()),
  ];
}

interface PeerProcess {
  run(job: PeerJob): Promise<PeerAnswer>;
  readonly rss: number[];
  /** On the same data, in a process of its own again. */
  again(): Promise<PeerProcess>;
  stop(): Promise<void>;
}

async function startPeer(dataDir: string): Promise<PeerProcess> {
  const execArgv =
    process.env.PIPES_PEERS_PROFILE === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${process.env.PIPES_PEERS_PROFILE}`];
  const child: ChildProcess = fork(join(root, 'bench/peers-process.ts'), [dataDir], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv,
  });
  const ended = once(child, 'exit');
  const rss: number[] = [];
  const sampling = setInterval(() => child.exitCode === null && rss.push(residentBytes(child.pid ?? 0)), 200);
  const stop = async (): Promise<void> => {
    clearInterval(sampling);
    if (child.connected) child.disconnect();
    await ended;
  };
  return {
    rss,
    async run(job) {
      child.send(job);
      const [answer] = (await Promise.race([once(child, 'message'), ended.then(() => [{ failed: 'it ended' }])])) as [
        PeerAnswer,
      ];
      if (answer.failed !== undefined) throw new Error(`${job.do} failed: ${answer.failed}`);
      return answer;
    },
    async again() {
      await stop();
      return startPeer(dataDir);
    },
    stop,
  };
}

async function pair<T>(work: (giver: PeerProcess, taker: PeerProcess) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pipes-bench-peers-'));
  const [giver, taker] = [await startPeer(join(folder, 'giver')), await startPeer(join(folder, 'taker'))];
  try {
    return await work(giver, taker);
  } finally {
    await Promise.all([giver.stop(), taker.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
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

async function bulk(): Promise<Line[]> {
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

async function gaps(): Promise<Line[]> {
  return [
    await gap('frozen', (relay) => void relay.child.kill('SIGSTOP')),
    await gap('killed', (relay) => relay.end('SIGKILL')),
  ];
}

async function gap(kind: string, happen: (relay: Machine) => unknown): Promise<Line> {
  const tasks: (() => unknown)[] = [];
  try {
    const { ann, ben, relays } = await twoRelays(lastFirst({ after: (task) => void tasks.push(task) }), 'loopback');
    const { longestMs, usualMs, silenceMs, messages } = await measure(ann, ben, () => happen(relays[0]));
    return {
      ...{ what: `one of two relays between is ${kind}: longest silence`, figure: ms(silenceMs) },
      limit: `${ms(usualMs)} longest way before, ${ms(longestMs)} after; ${messages} messages, none lost, none twice`,
      ...{ ratio: undefined, budget: '< 1,000 ms', met: silenceMs < 1000 && longestMs < 1000 },
    };
  } finally {
    for (const task of tasks) await task();
  }
}
