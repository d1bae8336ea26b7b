/**
 * What the owner of a relay decides: DATA_DIR/policy.json, read once at start. Every member has a default, an
 * unknown or wrong one stops the start with its name, and the file is never written.
 */
import { readFile } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { PEER_DEFAULTS, type PeerPolicy, readPeerPolicy } from './peer-policy.ts';

export interface Policy extends PeerPolicy {
  readonly trustedProxies: BlockList;
  readonly blobQuotaBytes: number;
  /** Per address and day. */
  readonly blobQuotaPerAddressBytes: number;
  readonly blobGraceHours: number;
  /** 0: for ever. */
  readonly channelRetentionDays: number;
  readonly mailboxRetentionDays: number;
  /** Envelopes that wait for one dot1. */
  readonly mailboxMax: number;
  /** Reserved for embedding; read and checked, used by nothing yet. */
  readonly embedOrigins: readonly string[];
  readonly telemetryUrl: string;
}

const DEFAULTS = {
  trusted_proxies: [],
  blob_quota_bytes: 1_073_741_824,
  blob_quota_per_address_bytes: 268_435_456,
  blob_grace_hours: 24,
  channel_retention_days: 0,
  mailbox_retention_days: 30,
  mailbox_max: 1000,
  embed_origins: [],
  telemetry_url: 'https://app.posthog.com',
  ...PEER_DEFAULTS,
  /** The keep server's, which reads it itself. */
  keep: {},
};

type Members = Readonly<Record<string, unknown>>;

export async function loadPolicy(dataDir: string): Promise<Policy> {
  const path = join(dataDir, 'policy.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw new UsageError(`Cannot read ${path}: ${error.message}`, { cause: error });
  });
  return parsePolicy(text, path);
}

/** Throws UsageError that names the file and the member at fault. */
export function parsePolicy(text: string, path: string): Policy {
  const given = jsonObject(text, path);
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(DEFAULTS, name));
  if (stranger !== undefined) {
    fail(path, stranger, `one of ${Object.keys(DEFAULTS).join(', ')}`, 'another name');
  }
  const members: Members = { ...DEFAULTS, ...given };
  const whole = (name: string, least: number): number => wholeNumber(path, members, name, least);
  return {
    trustedProxies: proxies(path, members.trusted_proxies),
    blobQuotaBytes: whole('blob_quota_bytes', 0),
    blobQuotaPerAddressBytes: whole('blob_quota_per_address_bytes', 0),
    blobGraceHours: whole('blob_grace_hours', 1),
    channelRetentionDays: whole('channel_retention_days', 0),
    mailboxRetentionDays: whole('mailbox_retention_days', 1),
    mailboxMax: whole('mailbox_max', 1),
    embedOrigins: origins(path, members.embed_origins),
    telemetryUrl: httpUrl(path, members.telemetry_url),
    ...readPeerPolicy(members, { whole, fail: (name, expected, got) => fail(path, name, expected, got) }),
  };
}

function jsonObject(text: string, path: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot read ${path}: expected JSON, got something else`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new UsageError(`Cannot read ${path}: expected a JSON object`);
}

function wholeNumber(path: string, members: Members, name: string, least: number): number {
  const value = members[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  return fail(path, name, `a whole number of at least ${least}`, value);
}

/** Addresses and CIDR ranges such as "10.0.0.0/8". */
function proxies(path: string, value: unknown): BlockList {
  const list = new BlockList();
  if (!Array.isArray(value)) fail(path, 'trusted_proxies', 'an array of addresses or CIDR ranges', value);
  for (const [index, entry] of (value as unknown[]).entries()) {
    const [address = '', bits] = typeof entry === 'string' ? entry.split('/') : [];
    const family = isIP(address);
    const most = family === 6 ? 128 : 32;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (family === 0 || !(prefix <= most)) {
      fail(path, `trusted_proxies[${index}]`, 'an address or CIDR range such as 10.0.0.0/8', entry);
    }
    list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

function origins(path: string, value: unknown): string[] {
  if (!Array.isArray(value)) fail(path, 'embed_origins', 'an array of origins', value);
  (value as unknown[]).forEach((entry, index) => {
    if (typeof entry === 'string' && URL.parse(entry)?.origin === entry) return;
    fail(path, `embed_origins[${index}]`, 'an origin such as https://example.org', entry);
  });
  return value as string[];
}

function httpUrl(path: string, value: unknown): string {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return (value as string).replace(/\/+$/, '');
  return fail(path, 'telemetry_url', 'an http or https URL', value);
}

function fail(path: string, name: string, expected: string, got: unknown): never {
  throw new UsageError(`Cannot read ${path}: ${name}: expected ${expected}, got ${JSON.stringify(got)}`);
}
