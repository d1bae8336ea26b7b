/**
 * Writes until it is killed: `node writer.ts <folder> <first number> <log>`. Every acknowledgement is a line in the
 * log, written at once: "placed <n> <arrivals>", "removed <n>", "blob <n>". A file takes each whole, where a pipe
 * whose reader is slow refuses some. The first one is also said on standard output.
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openBlobs } from '../../src/platform/node/blobs.ts';
import { openStore } from '../../src/platform/node/store.ts';
import { crashBlob, placeBatch, removeBatch } from './work.ts';

const [folder = '', first = '0', path = ''] = process.argv.slice(2);
const clock = { now: () => 1 };
const store = await openStore(join(folder, 'pipes.db'), { clock });
const blobs = await openBlobs(join(folder, 'blobs'), { clock });

const log = openSync(path, 'a');
let silent = true;

function say(line: string): void {
  writeSync(log, `${line}\n`);
  if (silent) writeSync(1, 'writing\n');
  silent = false;
}

let next = Number(first);
let nextBlob = next;

async function writeBatches(): Promise<never> {
  for (;;) {
    const n = next++;
    const outcomes = await store.commit(placeBatch(n));
    const arrivals = outcomes.flatMap((each) => (each.outcome === 'inserted' ? [each.arrival] : []));
    say(`placed ${n} ${arrivals.join(',')}`);
    if (n % 5 !== 0) continue;
    // Announced first: from here on the batch may be gone, acknowledged or not.
    say(`removing ${n}`);
    await store.commit(removeBatch(n));
    say(`removed ${n}`);
  }
}

async function writeBlobs(): Promise<never> {
  for (;;) {
    const n = nextBlob++;
    const { hash, bytes } = crashBlob(n);
    await blobs.put(hash, bytes);
    say(`blob ${n}`);
  }
}

await Promise.all([...Array.from({ length: 16 }, writeBatches), writeBlobs(), writeBlobs()]);
