/**
 * How much one caller may ask, as published: 30 posts a minute per key (burst 10), unsigned ones per address, and
 * 100 a second in all, over which everybody waits 10 s. What keeps something else here is limited per address.
 * Memory is bounded: the oldest buckets are forgotten first. Switched off, everything passes.
 */
import { boundedMap } from '../runtime/bounded-map.ts';

export interface Limits {
  readonly enabled: boolean;
  /** Counts one post; false while the relay as a whole is flooded. */
  flood(): boolean;
  /** Whether a key has credit, without taking any: asked before a signature is known to be the key's own. */
  hasCredit(key: string): boolean;
  takeKey(key: string): boolean;
  /** Unsigned posts. */
  takeAddress(address: string): boolean;
  /** Claims, profiles. */
  takeRecord(address: string): boolean;
  /** Pushes to mailboxes: one message goes to many. */
  takeMail(address: string): boolean;
  takeBlob(address: string): boolean;
  /** Bytes of blobs within a day. */
  takeBlobBytes(address: string, bytes: number): boolean;
  /** Posts that failed: one address that sends rubbish is turned away before it counts as a flood of all. */
  takeFailure(address: string): void;
  isFailing(address: string): boolean;
}

export interface LimitOptions {
  readonly enabled: boolean;
  readonly now: () => number;
  readonly blobBytesPerDay: number;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const FLOOD_PER_SECOND = 100;
const FLOOD_PAUSE_MS = 10_000;
const BUCKETS = 20_000;

export function createLimits(options: LimitOptions): Limits {
  const { now } = options;
  if (!options.enabled) return unlimited;
  const bucket = (burst: number, perMinute: number) => createBuckets(now, burst, perMinute / MINUTE);
  const keys = bucket(10, 30);
  const addresses = bucket(10, 30);
  const records = bucket(30, 60);
  const mail = bucket(120, 240);
  const blobs = bucket(256, 600);
  const bytes = createBuckets(now, options.blobBytesPerDay, options.blobBytesPerDay / DAY);
  const failures = bucket(40, 60);
  return {
    enabled: true,
    flood: createFloodGuard(now),
    hasCredit: (key) => keys.has(key, 1),
    takeKey: (key) => keys.take(key, 1),
    takeAddress: (address) => addresses.take(address, 1),
    takeRecord: (address) => records.take(address, 1),
    takeMail: (address) => mail.take(address, 1),
    takeBlob: (address) => blobs.take(address, 1),
    takeBlobBytes: (address, size) => bytes.take(address, size),
    takeFailure: (address) => void failures.take(address, 1),
    isFailing: (address) => !failures.has(address, 1),
  };
}

const unlimited: Limits = {
  enabled: false,
  flood: () => true,
  hasCredit: () => true,
  takeKey: () => true,
  takeAddress: () => true,
  takeRecord: () => true,
  takeMail: () => true,
  takeBlob: () => true,
  takeBlobBytes: () => true,
  takeFailure: () => {},
  isFailing: () => false,
};

function createBuckets(now: () => number, burst: number, perMs: number) {
  const buckets = boundedMap<string, { tokens: number; at: number }>(BUCKETS);
  const level = (name: string): number => {
    const bucket = buckets.get(name);
    return bucket === undefined ? burst : Math.min(burst, bucket.tokens + (now() - bucket.at) * perMs);
  };
  return {
    has: (name: string, amount: number): boolean => level(name) >= amount,
    take(name: string, amount: number): boolean {
      const tokens = level(name);
      if (tokens < amount) return false;
      buckets.set(name, { tokens: tokens - amount, at: now() });
      return true;
    },
  };
}

function createFloodGuard(now: () => number): () => boolean {
  let second = 0;
  let count = 0;
  let pausedUntil = 0;
  return () => {
    const at = now();
    if (at < pausedUntil) return false;
    if (at - second >= 1000) {
      second = at;
      count = 0;
    }
    if (++count <= FLOOD_PER_SECOND) return true;
    pausedUntil = at + FLOOD_PAUSE_MS;
    return false;
  };
}
