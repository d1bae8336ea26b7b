/**
 * Writes until it is killed: `node writer.ts <folder> <first number>`. Every acknowledgement is printed at once,
 * by a blocking write: "placed <n> <arrivals>", "removed <n>", "blob <n>".
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { openBlobs } from '../../src/platform/node/blobs.ts';
import { openStore } from '../../src/platform/node/store.ts';
import { crashBlob, placeBatch, removeBatch } from './work.ts';

const [folder = '', first = '0'] = process.argv.slice(2);
const clock = { now: () => 1 };
const store = await openStore(join(folder, 'pipes.db'), { clock });
const blobs = await openBlobs(join(folder, 'blobs'), { clock });

let next = Number(first);
let nextBlob = next;

async function writeBatches(): Promise<never> {
  for (;;) {
    const n = next++;
    const outcomes = await store.commit(placeBatch(n));
    const arrivals = outcomes.flatMap((each) => (each.outcome === 'inserted' ? [each.arrival] : []));
    writeSync(1, `placed ${n} ${arrivals.join(',')}\n`);
    if (n % 5 !== 0) continue;
    // Announced first: from here on the batch may be gone, acknowledged or not.
    writeSync(1, `removing ${n}\n`);
    await store.commit(removeBatch(n));
    writeSync(1, `removed ${n}\n`);
  }
}

async function writeBlobs(): Promise<never> {
  for (;;) {
    const n = nextBlob++;
    const { hash, bytes } = crashBlob(n);
    await blobs.put(hash, bytes);
    writeSync(1, `blob ${n}\n`);
  }
}

await Promise.all([...Array.from({ length: 16 }, writeBatches), writeBlobs(), writeBlobs()]);
