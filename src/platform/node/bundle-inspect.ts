/** What is on this stick: reads all of a bundle once, hashes its blobs, believes nothing. */
import { createHash } from 'node:crypto';
import type { BundlePart, BundleReport } from '../../core/bundle/bundle.ts';
import { createInspection, type Inspection } from '../../core/bundle/inspection.ts';
import { createEntryParser } from '../../core/log/parse.ts';
import { type OpenOptions, openBundle } from './bundle-reader.ts';
import { sha256 } from './crypto.ts';

/** Rejects as openBundle does. */
export async function inspectBundle(source: string, options: OpenOptions = {}): Promise<BundleReport> {
  const bundle = await openBundle(source, options);
  try {
    const inspection = createInspection(sha256);
    for (const part of bundle.parts) await inspectEntries(part, inspection);
    for (const part of oneOfEachFolder(bundle.parts)) await inspectBlobs(part, inspection);
    return inspection.report();
  } finally {
    await bundle.close();
  }
}

async function inspectEntries(part: BundlePart, inspection: Inspection): Promise<void> {
  const parser = createEntryParser();
  for await (const piece of part.entries()) for (const item of parser.push(piece)) inspection.parsed(part.path, item);
  for (const item of parser.end()) inspection.parsed(part.path, item);
}

/** messages.pgn and gossip.pgn of one folder share its blobs. */
function oneOfEachFolder(parts: readonly BundlePart[]): BundlePart[] {
  const folderOf = ({ path }: BundlePart) => path.slice(0, path.lastIndexOf('/') + 1);
  return [...new Map(parts.map((part) => [folderOf(part), part])).values()];
}

async function inspectBlobs(part: BundlePart, inspection: Inspection): Promise<void> {
  for await (const blob of part.blobs()) inspection.blob(blob.path, blob.size, await hashOf(blob.read()));
}

export async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of bytes) hash.update(piece);
  return new Uint8Array(hash.digest());
}
