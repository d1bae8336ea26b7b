/**
 * A reader that verifies: checks a certificate, the few entries that prove one entry a part of its author's log without
 * the rest of it, and prints what is proven. It believes nobody but the key that it was told.
 *
 *   npx pipes log prove TEXT.… > proof.pgn
 *   npx node --conditions=pipes-source examples/reader/reader.ts proof.pgn [USER.… of the author] [folder]
 */
import { readFileSync } from 'node:fs';
import { open } from 'pipes';

const [file, expected, dataDir = 'data/reader'] = process.argv.slice(2);
if (file === undefined) throw new Error('Which certificate? Give its file.');

const peer = await open({ dataDir });
const proof = await peer.logs.checkCertificate(readFileSync(file));
await peer.close();

if (proof.kind === 'not proven') {
  console.log(`not proven: ${proof.reason}`);
} else if (expected !== undefined && proof.entry.author !== expected) {
  console.log(`proven, but by somebody else: ${proof.entry.author}`);
} else {
  const { author, depth, kind, body } = proof.entry;
  console.log(`proven: ${author} wrote this ${kind} at depth ${depth} of ${proof.head.depth + 1}`);
  for (const [key, value] of body) console.log(`  ${key} ${value}`);
}
