/** One of the two processes of the part "peers": a peer on a data directory, told what to do by the bench. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect, createServer } from 'node:tls';
import { toHex, utf8 } from '../src/core/bytes.ts';
import { encodeEnvelope, envelopeId } from '../src/core/envelope/envelope.ts';
import { signedBytes, timeOf, toEnvelope } from '../src/core/envelope/piper.ts';
import { dot1Of } from '../src/core/identity/spelling.ts';
import { lipmaaTarget } from '../src/core/log/chain.ts';
import { entryOfDraft } from '../src/core/log/draft.ts';
import { entryId, renderEntry, signedText } from '../src/core/log/entry.ts';
import type { Store, StoreOp } from '../src/core/ports.ts';
import { open } from '../src/open/node.ts';
import { clock, random, sha256, signerFromSeed } from '../src/platform/node/crypto.ts';
import { loadOrCreateRelayKey } from '../src/platform/node/log-key.ts';
import { openNodeNetwork } from '../src/platform/node/network.ts';
import { openStore } from '../src/platform/node/store.ts';
import { tlsIdentityOf } from '../src/platform/node/tls-certificate.ts';
import type { Peer } from '../src/runtime/api.ts';
import { entryHashOf } from '../src/runtime/logs/names.ts';
import type { PeerAnswer, PeerJob } from './peers-job.ts';

const dataDir = process.argv[2] ?? '';
const CHANNEL = 'main';
const BATCH = 1000;
const PAGE = 256;
const PIECE = 262_144;
let peer: Peer | undefined;

process.on('message', (job: PeerJob) => {
  perform(job).then(
    (answer) => process.send?.(answer),
    (error) => process.send?.({ failed: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit());

async function perform(job: PeerJob): Promise<PeerAnswer> {
  switch (job.do) {
    case 'fill':
      return fill(job);
    case 'open':
      peer = await open({
        ...{ dataDir, name: 'bench', onError: console.error },
        network: job.isHidden === true ? { port: 'off' } : { port: 0, host: '127.0.0.1' },
      });
      return {};
    case 'relay':
      return { text: await relay() };
    case 'meet':
      return meet(job.ticket);
    case 'close':
      await peer?.close();
      return {};
    case 'ticket':
      return { text: (await present().ticket()) ?? '' };
    case 'sync':
      return sync(job.ticket);
    case 'count':
      return count();
    case 'put':
      return { text: (await present().put(pieces(job.bytes))).id };
    case 'get':
      return get(job.id);
    case 'serve-raw':
      return { port: await serveRaw(job.bytes) };
    case 'take-raw':
      return takeRaw(job.port);
  }
}

const present = (): Peer => {
  if (peer === undefined) throw new Error('the peer is not open');
  return peer;
};

/** Its ticket. It ends with the process. */
async function relay(): Promise<string> {
  const [{ startRelay }, { createLog }] = await Promise.all([
    import('../src/relay/relay.ts'),
    import('../src/relay/logs.ts'),
  ]);
  const host = '127.0.0.1';
  const started = await startRelay({ port: 0, host, dataDir, logger: createLog({ level: 'error' }) });
  const { seed, signer } = await loadOrCreateRelayKey(dataDir);
  const { transports } = await openNodeNetwork({ seed, port: 0, host, relay: true });
  return (await started.join({ signer, transports, forwards: true })).ticket();
}

async function meet(ticket: string): Promise<PeerAnswer> {
  await present().connect(ticket);
  while (present().network.addresses().length === 0) await setTimeout(20);
  return {};
}

async function fill({ envelopes, logs, entries }: Extract<PeerJob, { do: 'fill' }>): Promise<PeerAnswer> {
  await mkdir(dataDir, { recursive: true });
  const store = await openStore(join(dataDir, 'peer.db'), { clock });
  await fillChannel(store, envelopes);
  for (let n = 0; n < logs; n++) await fillLog(store, Math.ceil(entries / logs));
  await store.close();
  return {};
}

async function fillChannel(store: Store, envelopes: number): Promise<void> {
  const signer = signerFromSeed(random(32));
  const author = { fromDot1: dot1Of(sha256, signer.key), fromEd25519Pub: toHex(signer.key) };
  const since = Date.now() - envelopes * 1000;
  let ops: StoreOp[] = [];
  for (let n = 0; n < envelopes; n++) {
    const createdAt = new Date(since + n * 1000).toISOString();
    const said = { version: '1.1', id: randomUUID(), channel: CHANNEL, content: `reading ${n}`, createdAt } as const;
    const message = { ...said, ...author, prev: null, sig: '', attachments: [] };
    const envelope = toEnvelope({ ...message, sig: toHex(await signer.sign(signedBytes(message))) });
    const at = { scope: `channel:${CHANNEL}`, time: timeOf(message), id: envelopeId(sha256, envelope) };
    ops.push({ op: 'place', ...at, envelope: encodeEnvelope(envelope), received: at.time, expires: 0, hint: '' });
    if (ops.length < BATCH && n < envelopes - 1) continue;
    await store.commit(ops);
    ops = [];
  }
}

/** Made here and therefore known to be genuine; the one who takes them in knows nothing of that. */
async function fillLog(store: Store, length: number): Promise<void> {
  const signer = signerFromSeed(random(32));
  const author = toHex(signer.key);
  const ids: string[] = [];
  let head: { dialect: '2020-06'; depth: number; id: string } | undefined;
  let ops: StoreOp[] = [];
  for (let depth = 0; depth < length; depth++) {
    const target = lipmaaTarget('2020-06', depth);
    const body = [['text', `"reading ${depth}"`]] as const;
    const lipmaa = target === undefined ? undefined : ids[target];
    const unsigned = entryOfDraft({ dialect: '2020-06', kind: 'reading', body }, signer.key, head, lipmaa);
    const entry = { ...unsigned, signature: await signer.sign(utf8(signedText(unsigned))) };
    const id = entryId(sha256, entry);
    ids.push(id);
    head = { dialect: '2020-06', depth, id };
    const [bytes, received] = [utf8(renderEntry(entry)), Date.now()];
    const facts = { id: entryHashOf(id), dialect: '2020-06', kind: 'reading', bytes, received } as const;
    ops.push({ op: 'append', author, depth, ...facts, verified: true });
    if (ops.length < BATCH && depth < length - 1) continue;
    await store.commit(ops);
    ops = [];
  }
}

async function sync(ticket: string): Promise<PeerAnswer> {
  const begun = performance.now();
  await present().connect(ticket);
  const connected = performance.now();
  await present().network.settled();
  const ended = performance.now();
  const [other] = present().peers();
  const bytes = (other?.sentBytes ?? 0) + (other?.receivedBytes ?? 0);
  return { ms: ended - begun, exchangeMs: ended - connected, bytes };
}

/** Of what is on disk, once the peer is closed. */
async function count(): Promise<PeerAnswer> {
  const store = await openStore(join(dataDir, 'peer.db'), { clock });
  let [entries, envelopes] = [0, 0];
  for (let after: string | undefined; ; ) {
    const logs = await store.logs(PAGE, after);
    for (const { verifiedThrough } of logs) entries += verifiedThrough + 1;
    after = logs.at(-1)?.author;
    if (logs.length < PAGE) break;
  }
  for (let after = 0; ; ) {
    const page = await store.arrivals(`channel:${CHANNEL}`, after, PAGE);
    envelopes += page.length;
    after = page.at(-1)?.arrival ?? after;
    if (page.length < PAGE) break;
  }
  await store.close();
  return { entries, envelopes };
}

function* pieces(bytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes; at += PIECE) yield random(Math.min(PIECE, bytes - at));
}

async function get(id: string): Promise<PeerAnswer> {
  const begun = performance.now();
  let bytes = 0;
  for await (const piece of present().get(id)) bytes += piece.length;
  return { bytes, ms: performance.now() - begun };
}

/** What the same machine moves by TLS 1.3 alone, between the same two processes. */
async function serveRaw(bytes: number): Promise<number> {
  const { pem } = tlsIdentityOf(random(32));
  const server = createServer({ ...pem, minVersion: 'TLSv1.3' }, async (socket) => {
    const piece = random(PIECE);
    for (let at = 0; at < bytes; at += PIECE) if (!socket.write(piece)) await once(socket, 'drain');
    socket.end();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

async function takeRaw(port: number): Promise<PeerAnswer> {
  const begun = performance.now();
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  let bytes = 0;
  for await (const piece of socket) bytes += piece.length;
  return { bytes, ms: performance.now() - begun };
}
