/**
 * Logs: importing a bundle with every signature checked and with a trusted head, beside what the library verifies and
 * what another log database takes in; one entry proven out of a long log; memory over a long import. PIPES_LOG_ENTRIES
 * sets the length (1,000,000). The other database is hypercore, where PIPES_HYPERCORE names the folder of its package: it
 * is no dependency of ours.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { utf8 } from '../src/core/bytes.ts';
import { certificateDepths } from '../src/core/log/certificate.ts';
import { lipmaaTarget } from '../src/core/log/chain.ts';
import { entryOfDraft } from '../src/core/log/draft.ts';
import { entryId, renderEntry, signedText } from '../src/core/log/entry.ts';
import type { Signer } from '../src/core/ports.ts';
import { createMemoryBlobs } from '../src/platform/memory/blobs.ts';
import { clock, random, sha256, signerFromSeed } from '../src/platform/node/crypto.ts';
import { openStore } from '../src/platform/node/store.ts';
import { createVerifier } from '../src/platform/node/verifier.ts';
import { loadLibrary } from '../src/platform/node/verifier-library.ts';
import { createLogs } from '../src/runtime/logs/logs.ts';
import { type Line, mb, ms, perSecond, quantile } from './table.ts';

const ENTRIES = Number(process.env.PIPES_LOG_ENTRIES ?? 1_000_000);
const CHECKED = Math.min(ENTRIES, 100_000);
const PROOFS = 200;

export async function logs(): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pipes-bench-logs-'));
  try {
    const signer = signerFromSeed(random(32));
    const long = join(folder, 'long.pgn');
    const short = join(folder, 'short.pgn');
    await writeLog(long, signer, ENTRIES);
    await writeLog(short, signerFromSeed(random(32)), CHECKED);
    const raw = await verifyRate();
    const checked = await importing(join(folder, 'checked'), short, CHECKED, false);
    const trusted = await importing(join(folder, 'trusted'), long, ENTRIES, true);
    return [
      {
        ...{
          what: 'bundle import, every signature checked',
          figure: perSecond(checked.rate),
          ratio: checked.rate / raw,
        },
        limit: `${perSecond(raw)} verified by the library, all cores`,
        ...{ budget: '≥ 0.8', met: checked.rate >= 0.8 * raw },
      },
      {
        ...{ what: `bundle import trusting the head, ${ENTRIES.toLocaleString('en')} entries` },
        ...{ figure: perSecond(trusted.rate), ...beside(trusted.rate, await hypercoreRate(folder, short)) },
        budget: '≥ 100,000/s',
        met: trusted.rate >= 100_000,
      },
      {
        ...{ what: 'memory while it grows, last tenth over first', figure: mb(trusted.lastBytes) },
        ...{ limit: mb(trusted.firstBytes), ratio: trusted.lastBytes / trusted.firstBytes, budget: '≤ 1.2' },
        met: trusted.lastBytes <= 1.2 * trusted.firstBytes,
      },
      await proving(join(folder, 'trusted')),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeLog(path: string, signer: Signer, length: number): Promise<void> {
  const out = createWriteStream(path);
  const ids: string[] = [];
  let head: { dialect: '2020-06'; depth: number; id: string } | undefined;
  for (let depth = 0; depth < length; depth++) {
    const target = lipmaaTarget('2020-06', depth);
    const body = [['text', `"reading ${depth}"`]] as const;
    const lipmaa = target === undefined ? undefined : ids[target];
    const unsigned = entryOfDraft({ dialect: '2020-06', kind: 'reading', body }, signer.key, head, lipmaa);
    const entry = { ...unsigned, signature: await signer.sign(utf8(signedText(unsigned))) };
    const id = entryId(sha256, entry);
    ids.push(id);
    head = { dialect: '2020-06', depth, id };
    const text = `${depth === 0 ? '' : '\n\n'}${renderEntry(entry)}`;
    if (!out.write(text)) await new Promise((settle) => out.once('drain', settle));
  }
  out.end('\n');
  await finished(out);
}

/** What the library verifies in a second on one core, times the cores. */
async function verifyRate(): Promise<number> {
  const { check } = loadLibrary();
  const signer = signerFromSeed(random(32));
  const message = random(300);
  const signature = await signer.sign(message);
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < 2000; count++) check(signer.key, signature, message);
  return (count / (performance.now() - start)) * 1000 * availableParallelism();
}

async function openLogs(folder: string) {
  const store = await openStore(join(folder, 'peer.db'), { clock });
  const verifier = createVerifier();
  const parts = { store, blobs: createMemoryBlobs({ clock }), verifier, sha256, clock };
  return { store, verifier, logs: await createLogs({ ...parts, logSigner: signerFromSeed(random(32)) }) };
}

async function importing(folder: string, bundle: string, length: number, trustHeads: boolean) {
  const { logs: own, store, verifier } = await openLogs(folder);
  const sizes: number[] = [];
  const onProgress = ({ entries }: { entries: number }) => {
    if (Math.floor((entries * 100) / length) > sizes.length) sizes.push(process.memoryUsage.rss());
  };
  const start = performance.now();
  const report = await own.importEntries(createReadStream(bundle, { highWaterMark: 262_144 }), {
    trustHeads,
    onProgress,
  });
  const seconds = (performance.now() - start) / 1000;
  if (report.imported !== length) throw new Error(`Cannot measure: expected ${length} entries, got ${report.imported}`);
  const author = Object.keys(report.source.heads)[0] ?? '';
  // Proofs want signatures that were checked: the library's speed is measured above.
  if (trustHeads) await store.commit([{ op: 'verified', author, through: length - 1 }]);
  await own.close();
  await verifier.close();
  await store.close();
  const part = (from: number, to: number) => quantile(sizes.slice(from, to), 0.9);
  return { rate: length / seconds, firstBytes: part(5, 15), lastBytes: part(-10, sizes.length) };
}

async function proving(folder: string): Promise<Line> {
  const { logs: own, store, verifier } = await openLogs(folder);
  const [log] = await store.logs(1);
  const times: number[] = [];
  let most = 0;
  for (let n = 0; n < PROOFS; n++) {
    const depth = Math.floor((n * ENTRIES) / PROOFS);
    const [row] = await store.entries(log?.author ?? '', depth, 1);
    const start = performance.now();
    await own.prove(Buffer.from(row?.id ?? []).toString('hex'));
    times.push(performance.now() - start);
    most = Math.max(most, certificateDepths(ENTRIES - 1, depth).length);
  }
  await own.close();
  await verifier.close();
  await store.close();
  const worst = quantile(times, 0.99);
  return {
    ...{
      what: `one entry of ${ENTRIES.toLocaleString('en')} proven, p99`,
      figure: `${ms(worst)}, ${most} entries read at most`,
    },
    ...{ limit: '', ratio: undefined, budget: '< 20 ms, ≤ 60 entries', met: worst < 20 && most <= 60 },
  };
}

const beside = (rate: number, other: number | undefined): Pick<Line, 'limit' | 'ratio'> =>
  other === undefined
    ? { limit: 'PIPES_HYPERCORE names none', ratio: undefined }
    : { limit: `${perSecond(other)} appended to hypercore as blocks, 512 at once`, ratio: rate / other };

/** The same entries appended to hypercore: it checks no signature either, and signs each batch once. */
async function hypercoreRate(folder: string, bundle: string): Promise<number | undefined> {
  const place = process.env.PIPES_HYPERCORE;
  if (place === undefined) return undefined;
  const { default: Hypercore } = await import(pathToFileURL(join(place, 'index.js')).href);
  const entries = (await readFile(bundle, 'utf8')).split('\n\nauthor ').map((text) => Buffer.from(text));
  const core = new Hypercore(join(folder, 'hypercore'));
  await core.ready();
  const start = performance.now();
  for (let at = 0; at < entries.length; at += 512) await core.append(entries.slice(at, at + 512));
  const rate = (entries.length / (performance.now() - start)) * 1000;
  await core.close();
  return rate;
}
