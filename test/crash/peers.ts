/**
 * Two peers exchange a log and a file while either is killed at random moments; both go on from what is on
 * their disks. In the end all is there, and little came more than once: what was verified and kept is not sent again.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeTicket } from '../../src/core/ticket.ts';
import { open } from '../../src/open/node.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';

export interface TransferReport {
  readonly kills: number;
  /** Files that came whole. */
  readonly files: number;
  readonly bytes: number;
  /** Bytes that came over the line, those that a kill made useless and all that was said among them. */
  readonly carried: number;
}

const program = join(import.meta.dirname, 'peers-process.ts');
const ENTRIES = 200;
/** What a kill may cost: blobs that were on their way or being put away, and the greeting and comparison of sets anew. */
const LOST_AT_MOST = 4_194_304;

/** So many kills, over as many files of `bytes` as that takes. */
export async function killTransfers(kills: number, bytes: number, random: () => number): Promise<TransferReport> {
  const report = { kills: 0, files: 0, bytes: 0, carried: 0 };
  while (report.kills < kills) {
    const one = await killTransfer(kills - report.kills, bytes, random);
    assert.ok(
      one.carried < 1.02 * bytes + (one.kills + 1) * LOST_AT_MOST,
      `${one.carried} bytes came for ${bytes} over ${one.kills} kills`,
    );
    report.kills += one.kills;
    report.files += 1;
    report.bytes += bytes;
    report.carried += one.carried;
  }
  return report;
}

async function killTransfer(most: number, bytes: number, random: () => number) {
  const folder = mkdtempSync(join(tmpdir(), 'pipes-crash-peers-'));
  const [here, there] = [join(folder, 'here'), join(folder, 'there')];
  try {
    const file = randomBytes(bytes);
    const id = await fill(here, file);
    let giver = run([here]);
    const ticket = await giver.ticket;
    const port = portIn(ticket);
    let taker = run([there, '0', ticket, id]);
    let [kills, carried] = [0, 0];
    while (kills < most) {
      await Promise.race([taker.ticket, taker.done]);
      if (await Promise.race([taker.done, delay(random() * 1000).then(() => false)])) break;
      kills++;
      if (random() < 0.5) {
        await giver.kill();
        giver = run([here, port]);
        await giver.ticket;
      } else {
        await taker.kill();
        carried += taker.received();
        taker = run([there, '0', ticket, id]);
      }
    }
    assert.ok(await taker.done, 'the last one ended of itself, with everything');
    carried += taker.received();
    await giver.kill();
    await check(there, id, file);
    return { kills, carried };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Running {
  readonly ticket: Promise<string>;
  /** Resolves at its end to whether it had everything. */
  readonly done: Promise<boolean>;
  /** What it said last. */
  received(): number;
  kill(): Promise<void>;
}

function run(args: readonly string[]): Running {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let [isDone, received] = [false, 0];
  const ticket = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const fact = JSON.parse(line) as { ticket?: string; done?: boolean; receivedBytes?: number };
      if (fact.ticket !== undefined) resolve(fact.ticket);
      if (fact.done) isDone = true;
      received = fact.receivedBytes ?? received;
    });
    void ended.then(() => reject(new Error('it ended before it listened')));
  });
  ticket.catch(() => undefined);
  return {
    ...{ ticket, done: ended.then(() => isDone), received: () => received },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function fill(dataDir: string, file: Uint8Array): Promise<string> {
  const peer = await open({ dataDir });
  const { id } = await peer.put([file]);
  for (let n = 0; n < ENTRIES; n++) await peer.logs.append('note', { text: `"${n}"` });
  await peer.close();
  return id;
}

async function check(dataDir: string, id: string, file: Uint8Array): Promise<void> {
  const peer = await open({ dataDir });
  const pieces: Uint8Array[] = [];
  for await (const piece of peer.get(id)) pieces.push(piece);
  assert.ok(Buffer.concat(pieces).equals(file), 'the file is what was given');
  let notes = 0;
  for await (const { kind } of peer.logs.entries({ kind: 'note' })) notes += kind === 'note' ? 1 : 0;
  assert.equal(notes, ENTRIES, 'each entry is there once');
  await peer.close();
}

const portIn = (ticket: string): string =>
  decodeTicket(sha256, ticket)
    .addresses.find((each) => each.startsWith('tls:'))
    ?.split(':')
    .at(-1) ?? '0';
