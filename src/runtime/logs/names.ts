/** Names of authors, entries and records, and rows as the API shows them. */
import { fromHex, fromUtf8, toHex } from '../../core/bytes.ts';
import { DecodeError, UsageError } from '../../core/errors.ts';
import { DIALECTS, type Dialect, formatId, type IdKind, parseId } from '../../core/log/dialect.ts';
import type { Entry } from '../../core/log/entry.ts';
import { parseEntry } from '../../core/log/parse.ts';
import type { LogEntryRow } from '../../core/ports.ts';
import type { LogEntry } from '../api-logs.ts';

/** The author's key in hex, from any spelling of it. */
export function authorKey(text: string): string {
  const bytes = anyId('identity', text) ?? fromHex(text, 32);
  if (bytes !== undefined) return toHex(bytes);
  throw new UsageError(`Cannot use author: expected USER.… or 64 hex characters, got "${text}"`);
}

export function entryHashOf(text: string): Uint8Array {
  const bytes = anyId('entry', text) ?? fromHex(text, 32);
  if (bytes !== undefined) return bytes;
  throw new UsageError(`Cannot use entry: expected TEXT.… or 64 hex characters, got "${text}"`);
}

export function blobHashOf(text: string): Uint8Array {
  const bytes = anyId('blob', text) ?? fromHex(text, 32);
  if (bytes !== undefined) return bytes;
  throw new UsageError(`Cannot use file: expected FILE.… or 64 hex characters, got "${text}"`);
}

export const authorName = (dialect: Dialect, key: string): string =>
  formatId(dialect, 'identity', fromHex(key, 32) ?? new Uint8Array(32));

/** A depth as part of a record's key, so that keys sort as depths do. */
export const depthKey = (depth: number): string => String(depth).padStart(16, '0');

export function parsedRow({ bytes }: Pick<LogEntryRow, 'bytes'>): Entry {
  const entry = parseEntry(bytes);
  if (entry === undefined) throw new DecodeError('bytes', 'Cannot read entry: what is stored is damaged');
  return entry;
}

export function entryOfRow(row: LogEntryRow): LogEntry {
  const { dialect, depth, kind, prev, lipmaa, body } = parsedRow(row);
  return {
    id: formatId(dialect, 'entry', row.id),
    author: authorName(dialect, row.author),
    key: row.author,
    ...{ dialect, depth, kind, prev, lipmaa, body },
    text: fromUtf8(row.bytes) ?? '',
    received: new Date(row.received),
    arrival: row.arrival,
    verified: row.verified,
  };
}

const SIGNATURE_LINE = { '2020-04': 103 + 12, '2020-06': 103, '2020-12': 103 } as const;

/** What the signature covers: the rendered entry but its last line. */
export const signedPart = (dialect: Dialect, rendered: Uint8Array): Uint8Array =>
  rendered.subarray(0, rendered.length - 'signature '.length - SIGNATURE_LINE[dialect]);

function anyId(kind: IdKind, text: string): Uint8Array | undefined {
  for (const dialect of Object.keys(DIALECTS) as Dialect[]) {
    const bytes = parseId(dialect, kind, text);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}
