/**
 * One row of a published relay as a message of ours. Signed rows keep their signature: the published relay
 * overwrote `prev` from a channel's second message on, so the signed one is found by trying what is stored, then
 * null. A row whose signature fits neither comes over as an unsigned one, and is shown as such.
 */
import { randomUUID } from 'node:crypto';
import { type PiperHint, type PiperMessage, parsePiper, timeOf, toEnvelope } from '../core/envelope/piper.ts';
import { DecodeError } from '../core/errors.ts';
import type { Verifier } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import { isChannelName } from '../core/scope.ts';
import type { Row } from './published.ts';
import type { StoredHint } from './render.ts';

export type TakenRow =
  | { kind: 'signed' | 'unsigned'; message: PiperMessage; hint: StoredHint; contents: PiperHint['contents'] }
  | { kind: 'skipped'; reason: string };

export async function takeRow(row: Row, verifier: Verifier): Promise<TakenRow> {
  const signed = text(row.from_dot1) !== undefined || text(row.signature) !== undefined;
  for (const body of signed ? signedBodies(row) : []) {
    const parsed = parse(body, row);
    if (parsed === undefined) continue;
    const { key, signature, signed: bytes } = toEnvelope(parsed.message);
    if (!(await verifier.verify(key, signature, bytes))) continue;
    const { author, username, contents } = parsed.hint;
    const hint = { ...(author && { author }), ...(username && { username }), ...idBeside(parsed.message, row) };
    return { kind: 'signed', message: parsed.message, hint, contents };
  }
  // Nobody can read a sealed message whose signature does not hold: the keys that it names are anybody's.
  if (row.encrypted) return { kind: 'skipped', reason: 'sealed, and its signature does not verify' };
  return unsigned(row);
}

function* signedBodies(row: Row): Iterable<Record<string, unknown>> {
  const beside = { author_name: row.author_name, username: row.username ?? undefined, channel: row.channel };
  if (text(row.signature) !== undefined) {
    const { signature, signed_at, content } = row;
    yield { ...beside, pubkey: row.author_pubkey, signature, signed_at: Number(signed_at), content };
    return;
  }
  const { id, created_at: createdAt, from_dot1, from_ed25519_pub, sig } = row;
  const common = {
    ...beside,
    id,
    createdAt,
    from_dot1,
    from_ed25519_pub,
    sig,
    attachments: list(row.attachments_json),
  };
  const sealed = { from_x25519_pub: row.from_x25519_pub, cipher_body: row.cipher_body, wraps: list(row.wraps_json) };
  const body = row.encrypted
    ? { ...common, version: '1.2', ...sealed }
    : { ...common, version: '1.1', content: row.content };
  for (const prev of new Set([row.prev_hash ?? null, null])) yield { ...body, prev };
}

/** Undefined for what is no message of ours. The row has passed the published relay's checks, not ours. */
function parse(body: Record<string, unknown>, row: Row) {
  const fresh = { id: text(row.id) ?? randomUUID(), createdAt: text(row.created_at) ?? '' };
  try {
    const parsed = parsePiper(body, { fresh });
    return Number.isSafeInteger(timeOf(parsed.message)) ? parsed : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function unsigned(row: Row): TakenRow {
  const content = text(row.content)?.slice(0, LIMITS.contentUnits);
  if (content === undefined) return { kind: 'skipped', reason: 'no content' };
  const at = Date.parse(text(row.created_at ?? row.createdAt) ?? '');
  if (!Number.isSafeInteger(at) || at < 0) return { kind: 'skipped', reason: 'no time' };
  const channel = text(row.channel)?.toLowerCase() ?? 'main';
  const message: PiperMessage = {
    version: '1.0-unsigned',
    id: (text(row.id) ?? randomUUID()).slice(0, 128),
    channel: isChannelName(channel) ? channel : 'main',
    author: (text(row.author_name ?? row.author) ?? 'unknown').slice(0, LIMITS.authorUnits),
    content,
    createdAt: new Date(at).toISOString(),
  };
  const key = text(row.author_pubkey) ?? '';
  const pubkey = key.startsWith('legacy-') ? key.slice(0, 64) : 'legacy-unverified';
  return { kind: 'unsigned', message, hint: { pubkey }, contents: undefined };
}

/** A signed 1.0 message names no id; the one under which it was served is kept. */
const idBeside = (message: PiperMessage, row: Row): StoredHint => {
  const id = text(row.id);
  return message.version === '1.0' && id !== undefined ? { id } : {};
};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function list(json: unknown): unknown {
  try {
    return typeof json === 'string' ? JSON.parse(json) : undefined;
  } catch {
    return undefined;
  }
}
