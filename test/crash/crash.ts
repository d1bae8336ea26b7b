/**
 * Kills a writing process at random moments, reopens what it left, and counts what was acknowledged and lost.
 * SIGKILL shows that nothing acknowledged is still in the process; that it is on the disk, not in the system's
 * cache alone, rests on synchronous=FULL and fsync, which no kill can show.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Acknowledged, checkFolder } from './check.ts';
import { membersOf } from './work.ts';

export interface CrashReport {
  readonly kills: number;
  /** Kills before the writer had acknowledged anything. */
  readonly early: number;
  readonly envelopes: number;
  readonly removals: number;
  readonly blobs: number;
}

/** So many kills share one folder: enough for recoveries of recoveries, few enough to read all of it each time. */
const KILLS_PER_FOLDER = 10;
/** Numbers of different writers of one folder never meet. */
const NUMBERS = 1_000_000;

export async function killManyTimes(kills: number, seed: number): Promise<CrashReport> {
  const random = generator(seed);
  const report = { kills: 0, early: 0, envelopes: 0, removals: 0, blobs: 0 };
  while (report.kills < kills) {
    const folder = mkdtempSync(join(tmpdir(), 'pipes-crash-'));
    const acknowledged: Acknowledged = {
      placed: new Map(),
      removing: new Set(),
      removed: new Set(),
      blobs: new Set(),
      greatest: 0,
    };
    for (let i = 0; i < KILLS_PER_FOLDER && report.kills < kills; i++) {
      const lines = await writeAndKill(folder, (i + 1) * NUMBERS, random);
      if (lines.length === 0) report.early++;
      note(lines, acknowledged);
      await checkFolder(folder, acknowledged);
      report.kills++;
    }
    for (const n of acknowledged.placed.keys()) report.envelopes += membersOf(n);
    report.removals += acknowledged.removed.size;
    report.blobs += acknowledged.blobs.size;
    rmSync(folder, { recursive: true, force: true });
  }
  return report;
}

/** Mostly some time after the first acknowledgement; now and then while it still starts. */
async function writeAndKill(folder: string, first: number, random: () => number): Promise<string[]> {
  const writer = new URL('writer.ts', import.meta.url);
  const log = join(folder, `acknowledged-${first}.log`);
  const child = spawn(process.execPath, [writer.pathname, folder, String(first), log], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'close');
  const starting = random() < 0.1;
  const writing = once(child.stdout, 'data');
  if (!starting) await Promise.race([writing, exited]);
  await delay(random() * (starting ? 400 : 120));
  child.kill('SIGKILL');
  const [, signal] = await exited;
  assert.equal(signal, 'SIGKILL', 'the writer ran until it was killed');
  // What follows the last line break was cut off by the kill: it acknowledges nothing.
  return existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [];
}

function note(lines: readonly string[], acknowledged: Acknowledged): void {
  let greatest = acknowledged.greatest;
  for (const line of lines) {
    const [what, number, list = ''] = line.split(' ');
    const n = Number(number);
    if (what === 'removing') acknowledged.removing.add(n);
    if (what === 'removed') acknowledged.removed.add(n);
    if (what === 'blob') acknowledged.blobs.add(n);
    if (what !== 'placed') continue;
    const arrivals = list.split(',').map(Number);
    assert.equal(arrivals.length, membersOf(n) * 2, 'every placement was inserted');
    for (const arrival of arrivals) {
      assert.ok(arrival > acknowledged.greatest, 'arrivals of an earlier writer are not used again');
      greatest = Math.max(greatest, arrival);
    }
    acknowledged.placed.set(n, arrivals);
  }
  acknowledged.greatest = greatest;
}

/** mulberry32: small, seeded, good enough to choose moments. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
