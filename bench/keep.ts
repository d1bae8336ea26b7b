/**
 * How many signed packets a second the keep server answers, and hands on, over 8 connections with 64 in flight on each.
 * Beside it in the same run: the published Go server, where PIPES_KEEP_GO names its program (it listens on 9009), else
 * what checking signatures alone allows.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { isPortOpen } from '../src/agent/client/ensure.ts';
import { type Load, pause, RELAY, residentBytes, root, serve } from './processes.ts';
import { type Line, mb, perSecond } from './table.ts';

export interface KeepJob {
  readonly port: number;
  /** answered: by the server itself; routed: to another agent. */
  readonly kind: 'answered' | 'routed';
  readonly connections: number;
  readonly inFlight: number;
  readonly packets: number;
}

/** What the two servers have in common here. */
interface Measured {
  readonly answered: number;
  readonly routed: number;
  /** Bytes, after all that. */
  readonly rss: number;
}

const CONNECTIONS = 8;
const IN_FLIGHT = 64;
const PACKETS = 40_000;
const GO_PORT = 9009;

export async function keep(load: Load): Promise<Line[]> {
  const ours = await measureOurs();
  const go = process.env.PIPES_KEEP_GO === undefined ? undefined : await measureGo(process.env.PIPES_KEEP_GO);
  await load.run({ do: 'prepare', channel: 'verify', posts: 2000 });
  const verify = await load.run({ do: 'verify', channel: 'verify' });
  const line = (what: string, of: (measured: Measured) => number): Line => {
    const limit = go === undefined ? verify.perSecond : of(go);
    const ratio = of(ours) / limit;
    const by = go === undefined ? `${verify.library}, one core` : 'the Go server';
    const budget = go === undefined ? {} : { budget: '≥ 1.0 × Go', met: ratio >= 1 };
    return {
      what,
      figure: perSecond(of(ours)),
      limit: `${perSecond(limit)} ${by}`,
      ratio,
      budget: '',
      met: undefined,
      ...budget,
    };
  };
  const who = `${CONNECTIONS} connections, ${IN_FLIGHT} in flight`;
  return [
    line(`signed packets answered, ${who}`, ({ answered }) => answered),
    line(`signed packets handed on, ${who}`, ({ routed }) => routed),
    {
      ...{
        what: 'memory after that, relay and keep server',
        figure: mb(ours.rss),
        limit: go ? `${mb(go.rss)} the Go server` : '',
      },
      ...{ ratio: go && ours.rss / go.rss, budget: '', met: undefined },
    },
  ];
}

async function measureOurs(): Promise<Measured> {
  const server = await serve([...RELAY, '--json', '--keep-port', '0']);
  try {
    return await measure(Number(server.facts.keepPort), server.rss);
  } finally {
    await server.stop();
  }
}

async function measureGo(program: string): Promise<Measured> {
  const child = spawn(program, { stdio: 'ignore', env: { ...process.env, KEEP_PORT: String(GO_PORT) } });
  try {
    await listens(GO_PORT);
    return await measure(GO_PORT, () => residentBytes(child.pid ?? 0));
  } finally {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

async function listens(port: number): Promise<void> {
  while (!(await isPortOpen('127.0.0.1', port))) await pause(50);
}

async function measure(port: number, rss: () => number): Promise<Measured> {
  const one = async (kind: KeepJob['kind']) =>
    PACKETS / (await runLoad({ port, kind, connections: CONNECTIONS, inFlight: IN_FLIGHT, packets: PACKETS }));
  const [answered, routed] = [await one('answered'), await one('routed')];
  return { answered, routed, rss: rss() };
}

async function runLoad(job: KeepJob): Promise<number> {
  const child = fork(join(root, 'bench/keep-load.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    child.send(job);
    const [answer] = (await once(child, 'message')) as [{ seconds: number } | { failed: string }];
    if ('failed' in answer) throw new Error(`the load failed: ${answer.failed}`);
    return answer.seconds;
  } finally {
    child.kill();
  }
}
