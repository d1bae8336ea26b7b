/**
 * What proves that a log forked goes along, as a blob that an entry of kind pipes.forks names (spec/02-pigeon.md#what-goes-along): a
 * reader of the one branch hears of the other although no bundle may hold both.
 */
import { toHex, utf8 } from '../../core/bytes.ts';
import type { StoreOp } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import type { LogsOfPeer } from '../logs/logs.ts';
import { announce, type MakingParts } from './making.ts';
import { noteCarrier } from './packed.ts';
import { blobsBy, type ReadingParts, readAnnounced, withBlob } from './reading.ts';

export const FORKS_KIND = 'pipes.forks';
/** By hash, what was announced here, or came in an announcement. */
const SEEN = 'fork-announced';
/** Two entries of at most 128 pairs, and what stands around them. */
const PROOF_BYTES = 524_288;

type Forks = Pick<LogsOfPeer, 'forks' | 'takeFork'>;

export async function announceForks(parts: MakingParts, logs: Forks): Promise<void> {
  const hashes: string[] = [];
  const ops: StoreOp[] = [];
  for (const { proof } of await logs.forks()) {
    const bytes = utf8(proof);
    const hash = toHex(parts.sha256(bytes));
    if (bytes.length > LIMITS.logBlobBytes || (await parts.store.record(SEEN, hash)) !== undefined) continue;
    await parts.blobs.stage(hash, bytes);
    hashes.push(hash);
    ops.push({ op: 'put', space: SEEN, key: hash, value: '' });
  }
  if (hashes.length > 0) await announce(parts, FORKS_KIND, hashes, ops);
}

export async function readForks(parts: ReadingParts, logs: Forks, exchange: string): Promise<void> {
  const take = async (bytes: Uint8Array, author: Uint8Array): Promise<void> => {
    if (bytes.length > PROOF_BYTES || (await logs.takeFork(bytes)) === 'refused') return;
    await parts.store.commit([{ op: 'put', space: SEEN, key: toHex(parts.sha256(bytes)), value: '' }]);
    await noteCarrier(parts.store, toHex(author));
  };
  await readAnnounced(parts, blobsBy(FORKS_KIND), exchange, withBlob(parts, take));
}
