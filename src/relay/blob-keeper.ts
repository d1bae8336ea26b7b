/**
 * Which blobs stay. One is named when a stored envelope has it as a signed attachment, or a named manifest lists it;
 * others go after the policy's grace, but for those of logs, which are theirs to collect. Quotas hold for all blobs together and per address and day.
 */
import { hash } from 'node:crypto';
import type { BlobStore, Clock, Store, StoreOp } from '../core/ports.ts';
import { blobKind, MANIFEST, manifestHashes } from '../core/seal/blob.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { LOG_BLOB } from '../runtime/logs/blobs.ts';
import { refuse } from './errors.ts';
import type { Policy } from './policy.ts';

export interface BlobKeeper {
  /** Those of the hashes that are here. They stay for a while, so that a message may name them. */
  held(hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /** Throws a refusal where it does not fit. */
  put(sha256: string, bytes: Uint8Array): Promise<'stored' | 'known'>;
  checkRoom(bytes: number): Promise<void>;
  /** What makes it durable that an envelope names blobs (hex), and those that they list; `expires` as of the placement. */
  naming(hashes: readonly string[], expires: number): Promise<StoreOp[]>;
  /** Keeps one that an envelope here names or a manifest lists, and names what it lists. Rejects where it does not fit. */
  take(sha256: string, bytes: Uint8Array): Promise<void>;
  /** Whether an envelope here names it, or a manifest that one names lists it. */
  isWanted(sha256: string): Promise<boolean>;
  /** Deletes what nothing names; returns how many. */
  collect(): Promise<number>;
}

const SPACE = 'blob-name';
const HOUR = 3_600_000;
const PAGE = 200;

export const sha256Hex = (bytes: Uint8Array): string => hash('sha256', bytes);

export function createBlobKeeper(ports: { blobs: BlobStore; store: Store; clock: Clock; policy: Policy }): BlobKeeper {
  const { blobs, store, clock, policy } = ports;
  const touched = boundedMap<string, number>(50_000);
  const touch = (sha256: string): void => touched.set(sha256, clock.now());

  async function namingOne(sha256: string, expires: number): Promise<StoreOp[]> {
    const before = await store.record(SPACE, sha256);
    const until = before === undefined ? expires : latest(untilOf(before), expires);
    return [{ op: 'put', space: SPACE, key: sha256, value: JSON.stringify({ until }) }];
  }

  /** What a blob lists, should it be a manifest. */
  async function chunksOf(sha256: string): Promise<string[]> {
    const head = await blobs.get(sha256, 0, 8);
    if (head === undefined || blobKind(head) !== MANIFEST) return [];
    const bytes = await blobs.get(sha256);
    return bytes === undefined ? [] : manifestHashes(bytes);
  }

  async function isNamed(sha256: string): Promise<boolean> {
    if ((await store.record(LOG_BLOB, sha256)) !== undefined) return true;
    const record = await store.record(SPACE, sha256);
    const until = record === undefined ? -1 : untilOf(record);
    return until === 0 || until > clock.now();
  }

  async function collectOne(sha256: string): Promise<number> {
    if ((touched.get(sha256) ?? 0) > clock.now() - HOUR || (await isNamed(sha256))) return 0;
    await blobs.delete(sha256);
    await store.commit([{ op: 'delete', space: SPACE, key: sha256 }]);
    return 1;
  }

  async function checkRoom(bytes: number): Promise<void> {
    if ((await blobs.total()) + bytes <= policy.blobQuotaBytes) return;
    refuse(507, 'blob quota reached', { detail: 'the relay keeps no more files' });
  }

  return {
    checkRoom,
    async held(hashes) {
      const sizes = await Promise.all(hashes.map((sha256) => blobs.size(sha256)));
      const here = hashes.filter((_, index) => sizes[index] !== undefined);
      here.forEach(touch);
      return new Set(here);
    },
    async put(sha256, bytes) {
      touch(sha256);
      if ((await blobs.size(sha256)) !== undefined) return 'known';
      await checkRoom(bytes.length);
      return blobs.put(sha256, bytes);
    },
    async take(sha256, bytes) {
      touch(sha256);
      await checkRoom(bytes.length);
      await blobs.put(sha256, bytes);
      const record = await store.record(SPACE, sha256);
      const chunks = record === undefined ? [] : await chunksOf(sha256);
      const ops = await Promise.all(chunks.map((chunk) => namingOne(chunk, untilOf(record ?? ''))));
      if (ops.length > 0) await store.commit(ops.flat());
    },
    isWanted: async (sha256) => (await store.record(SPACE, sha256)) !== undefined,
    async naming(top, expires) {
      const parts = await Promise.all(top.map(chunksOf));
      const all = [...new Set([...top, ...parts.flat()])];
      return (await Promise.all(all.map((sha256) => namingOne(sha256, expires)))).flat();
    },
    async collect() {
      const before = clock.now() - policy.blobGraceHours * HOUR;
      let gone = 0;
      let after: string | undefined;
      for (;;) {
        const page = await blobs.list(PAGE, after);
        for (const { hash: sha256, added } of page) if (added < before) gone += await collectOne(sha256);
        after = page.at(-1)?.hash;
        if (page.length < PAGE) return gone;
      }
    },
  };
}

const untilOf = (record: string): number => (JSON.parse(record) as { until: number }).until;

/** 0 is for ever. */
const latest = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : Math.max(a, b));
