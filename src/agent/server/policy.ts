/**
 * What the owner of a keep server decides: the member `keep` of DATA_DIR/policy.json, read once at start. Every member has
 * a default; an unknown or wrong one stops the start with its name.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../core/errors.ts';

const DEFAULTS = {
  /** Least fee of a packet to another agent. */
  min_fee: 0,
  /** Packets to other agents that a key sends without paying, each minute. */
  free_per_minute: 6000,
  /** What each further one has to offer. */
  fee_beyond_quota: 1,
  /** Keys below it are refused: how many per cent of their traffic were welcome. */
  min_reputation: 5,
  /** Longest life of a claim. */
  claim_days: 365,
  claims_per_key: 16,
  claims_per_address_per_day: 100,
  /** Packets that wait for one name. */
  inbox_max: 1000,
  /** How many of them one sender may have there. */
  inbox_per_sender: 100,
  /** Packets to swarms that are kept in ten minutes, for members at other machines. */
  swarm_max: 10_000,
  /** How many of them may be one sender's. */
  swarm_per_sender: 1000,
  connections: 2048,
  connections_per_address: 256,
  /** What one key may keep of scars. */
  scar_quota_bytes: 1_048_576,
};

export type KeepPolicy = { readonly [Name in keyof typeof DEFAULTS]: number };

export async function loadKeepPolicy(dataDir: string): Promise<KeepPolicy> {
  const path = join(dataDir, 'policy.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw new UsageError(`Cannot read ${path}: ${error.message}`, { cause: error });
  });
  return parseKeepPolicy(text, path);
}

/** Throws UsageError that names the file and the member at fault. */
export function parseKeepPolicy(text: string, path: string): KeepPolicy {
  const section = (object(text, path) as { keep?: unknown }).keep ?? {};
  if (typeof section !== 'object' || section === null || Array.isArray(section)) throw wrong(path, 'keep', 'an object');
  for (const [name, value] of Object.entries(section)) {
    if (!Object.hasOwn(DEFAULTS, name)) throw wrong(path, `keep.${name}`, `one of ${Object.keys(DEFAULTS).join(', ')}`);
    if (!(Number.isSafeInteger(value) && value >= 0)) throw wrong(path, `keep.${name}`, 'a whole number of at least 0');
  }
  return { ...DEFAULTS, ...section };
}

function object(text: string, path: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {}
  throw new UsageError(`Cannot read ${path}: expected a JSON object`);
}

const wrong = (path: string, name: string, wanted: string): UsageError =>
  new UsageError(`Cannot read ${path}: ${name}: expected ${wanted}`);
