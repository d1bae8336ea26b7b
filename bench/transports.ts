/**
 * Bulk between two processes over each transport, beside node:tls in the same run. Each is measured several times in
 * turns; the figures are medians, and a ratio is that of neighbours, so that a machine that slows down slows both.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { Transport } from '../src/core/transport.ts';
import { createLibp2pTransport } from '../src/platform/node/libp2p.ts';
import { createTlsTransport } from '../src/platform/node/tls.ts';
import { tlsIdentityOf } from '../src/platform/node/tls-certificate.ts';
import { root } from './processes.ts';
import { type Line, median } from './table.ts';

export const PROTOCOL = '/pipes/bench/1';
export const TERMS = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', rejectUnauthorized: false } as const;
export const seedOf = (n: number): Uint8Array => new Uint8Array(32).fill(n);

const PIECE = new Uint8Array(65_536).fill(7);
const ROUNDS = 7;
const WAYS = [
  { name: 'tls', what: 'TLS', megabytes: 512, budget: 0.8 },
  { name: 'tcp', what: 'libp2p, TCP', megabytes: 512, budget: 0.3 },
  { name: 'webSocket', what: 'libp2p, WebSocket', megabytes: 256, budget: undefined },
  { name: 'relayed', what: 'libp2p, through a relay', megabytes: 128, budget: undefined },
] as const;

type Addresses = Record<(typeof WAYS)[number]['name'], string> & { raw: number };

export async function transports(): Promise<Line[]> {
  const child = fork(join(root, 'bench/transports-peer.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [addresses] = (await once(child, 'message')) as [Addresses];
  const tls = createTlsTransport({ seed: seedOf(3) });
  const libp2p = createLibp2pTransport({ seed: seedOf(3) });
  try {
    const lines: Line[] = [];
    for (const way of WAYS) {
      const transport = way.name === 'tls' ? tls : libp2p;
      await over(transport, addresses[way.name], 16);
      lines.push(await measure(way, () => over(transport, addresses[way.name], way.megabytes), addresses.raw));
    }
    return lines;
  } finally {
    await Promise.all([tls.close(), libp2p.close()]);
    await stop(child);
  }
}

async function measure(way: (typeof WAYS)[number], once: () => Promise<number>, raw: number): Promise<Line> {
  const [ours, bare, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const limit = await overBareTls(raw, way.megabytes);
    const figure = await once();
    ours.push(figure);
    bare.push(limit);
    ratios.push(figure / limit);
  }
  const ratio = median(ratios);
  const { budget } = way;
  return {
    what: `bulk between peers, ${way.what}`,
    figure: `${median(ours).toFixed(0)} MB/s`,
    limit: `${median(bare).toFixed(0)} MB/s node:tls`,
    ratio,
    budget: budget === undefined ? '' : `≥ ${budget} × TLS 1.3`,
    met: budget === undefined ? undefined : ratio >= budget,
  };
}

/** Megabytes a second, until the other end has taken the last of them. */
async function over(transport: Transport, address: string, megabytes: number): Promise<number> {
  const stream = await transport.dial(address, { protocol: PROTOCOL });
  const started = performance.now();
  for (let i = 0; i < pieces(megabytes); i++) await stream.send(PIECE);
  await stream.close();
  while ((await stream.receive()) !== undefined);
  return rate(megabytes, started);
}

async function overBareTls(port: number, megabytes: number): Promise<number> {
  const socket = connect({ ...tlsIdentityOf(seedOf(3)).pem, ...TERMS, host: '127.0.0.1', port });
  await once(socket, 'secureConnect');
  socket.resume();
  const ended = once(socket, 'end');
  const started = performance.now();
  for (let i = 0; i < pieces(megabytes); i++) if (!socket.write(PIECE)) await once(socket, 'drain');
  socket.end();
  await ended;
  return rate(megabytes, started);
}

const pieces = (megabytes: number): number => Math.ceil((megabytes * 1e6) / PIECE.length);
const rate = (megabytes: number, started: number): number => (megabytes * 1000) / (performance.now() - started);

async function stop(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
