/**
 * Checks of single piper fields, shared by what is posted and what is stored (spec/04-piper.md#fields).
 * Each throws DecodeError naming the field.
 */
import { fromBase64, fromHex } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { isDot1 } from '../scope.ts';
import type { AttachmentMeta, PiperWrap } from './piper-types.ts';

export type Fields = Readonly<Record<string, unknown>>;

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const MAX_ID_UNITS = 128;
const MIN_CIPHER_BYTES = 28;
const WRAPPED_KEY_BYTES = 60;

export function asFields(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new DecodeError(name, `${name} must be a JSON object`);
}

/** Throws for keys that the format does not know, which would stand outside of what is checked. */
export function onlyKeys(fields: Fields, keys: readonly string[], name: string): void {
  const stranger = Object.keys(fields).find((key) => !keys.includes(key));
  if (stranger !== undefined) throw new DecodeError(name, `${name}: unknown field ${JSON.stringify(stranger)}`);
}

export function messageId(value: unknown): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= MAX_ID_UNITS) return value;
  throw new DecodeError('id', `id must be a string of 1 to ${MAX_ID_UNITS} characters`);
}

export function createdAt(value: unknown): string {
  if (typeof value === 'string' && ISO.test(value) && Date.parse(value) >= 0) return value;
  throw new DecodeError('createdAt', 'createdAt must be an ISO 8601 time such as 2026-01-31T12:00:00.000Z');
}

export function prev(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && /^[0-9a-f]{16}$/.test(value)) return value;
  throw new DecodeError('prev', 'prev must be 16 hex chars or null');
}

export const isHex = (value: unknown, bytes: number): value is string =>
  typeof value === 'string' && fromHex(value, bytes) !== undefined;

export const isDot1Field = (value: unknown): value is string => typeof value === 'string' && isDot1(value);

export function cipherBody(value: string): string {
  const bytes = fromBase64(value);
  if (bytes === undefined) throw new DecodeError('cipher_body', 'v1.2: cipher_body is not valid base64');
  if (bytes.length >= MIN_CIPHER_BYTES) return value;
  const message = `v1.2: cipher_body too short (${bytes.length} bytes, min ${MIN_CIPHER_BYTES})`;
  throw new DecodeError('cipher_body', message);
}

export function wraps(values: readonly unknown[]): PiperWrap[] {
  if (values.length > LIMITS.wraps) {
    throw new DecodeError('wraps', `v1.2: at most ${LIMITS.wraps} wraps, got ${values.length}`);
  }
  return values.map(wrap);
}

function wrap(value: unknown, index: number): PiperWrap {
  const name = `wraps[${index}]`;
  if (typeof value !== 'object' || value === null) throw new DecodeError(name, 'v1.2: each wrap must be an object');
  const fields = value as Fields;
  onlyKeys(fields, ['recipient_dot1', 'wrapped_body_key'], name);
  const { recipient_dot1: recipient, wrapped_body_key: key } = fields;
  if (!isDot1Field(recipient)) {
    throw new DecodeError(`${name}.recipient_dot1`, `v1.2: wrap.recipient_dot1 invalid in ${name}`);
  }
  if (typeof key !== 'string' || fromBase64(key)?.length !== WRAPPED_KEY_BYTES) {
    throw new DecodeError(`${name}.wrapped_body_key`, `v1.2: wrap.wrapped_body_key invalid for ${recipient}`);
  }
  return Object.keys(fields)[0] === 'recipient_dot1'
    ? { recipient_dot1: recipient, wrapped_body_key: key }
    : { wrapped_body_key: key, recipient_dot1: recipient };
}

/** The signed part of an attachment, or undefined where it is not one: published relays drop such. */
export function attachment(value: unknown): AttachmentMeta | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { filename, mime_type, sha256, size_bytes } = value as Fields;
  if (!isText(filename, 256) || !isText(mime_type, 128) || !isHex(sha256, 32)) return undefined;
  if (typeof size_bytes !== 'number' || !Number.isFinite(size_bytes) || size_bytes < 0) return undefined;
  return { filename, mime_type, sha256, size_bytes };
}

const isText = (value: unknown, units: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= units;
