/**
 * One entry of a log (Pigeon calls it a message): its fields, its bytes, its id (spec/02-pigeon.md#entries).
 */
import { utf8 } from '../bytes.ts';
import { UsageError } from '../errors.ts';
import type { Sha256 } from '../ports.ts';
import {
  blobsIn,
  DIALECTS,
  type Dialect,
  formatId,
  formatSignature,
  type HeaderField,
  isLooseId,
  NONE,
  readId,
} from './dialect.ts';

export interface Entry {
  readonly dialect: Dialect;
  /** The author's verifying key, 32 bytes. */
  readonly key: Uint8Array;
  /** From 0, without gaps. */
  readonly depth: number;
  readonly kind: string;
  /** Id of the entry before, or NONE at depth 0. */
  readonly prev: string;
  /** 2020-04: a depth in decimal; 2020-06: an entry's id or NONE; 2020-12: absent. */
  readonly lipmaa: string | undefined;
  /** Key and value as they stand in the bytes: a value is a quoted string, an id or NONE. In order, no key twice. */
  readonly body: readonly (readonly [key: string, value: string])[];
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

export const BODY_LIMIT_READ = 128;
export const BODY_LIMIT_WRITE = 64;
export const STRING_LIMIT = 128;
/** What today's published clients read; our own logs go deeper. */
export const PUBLISHED_DEPTH_LIMIT = 9_999_999;
/** Fifteen digits: lipmaa is exact up to there in 64-bit floats. */
export const DEPTH_LIMIT = 999_999_999_999_999;

/** The text that the signature covers; it ends with the blank line behind the body. */
export function signedText(entry: Omit<Entry, 'signature'>): string {
  const fields: Readonly<Record<HeaderField, string>> = {
    author: formatId(entry.dialect, 'identity', entry.key),
    depth: String(entry.depth),
    kind: entry.kind,
    lipmaa: entry.lipmaa ?? '',
    prev: entry.prev,
  };
  const header = DIALECTS[entry.dialect].header.map((name) => `${name} ${fields[name]}\n`);
  const body = entry.body.map(([key, value]) => `${key}:${value}\n`);
  return `${header.join('')}\n${body.join('')}\n`;
}

/** The whole entry without the final newline, as its id is taken over it. */
export const renderEntry = (entry: Entry): string =>
  `${signedText(entry)}signature ${formatSignature(entry.dialect, entry.signature)}`;

/** SHA-256 over the rendered entry, spec/02-pigeon.md#entry-id. */
export const entryHash = (sha256: Sha256, entry: Entry): Uint8Array => sha256(utf8(renderEntry(entry)));

/** The id of an entry whose rendered bytes are at hand, without rendering it again. */
export const renderedId = (sha256: Sha256, dialect: Dialect, rendered: Uint8Array): string =>
  formatId(dialect, 'entry', sha256(rendered));

export const entryId = (sha256: Sha256, entry: Entry): string =>
  formatId(entry.dialect, 'entry', entryHash(sha256, entry));

/** SHA-256 of each blob that the entry names, in kind, keys, values or inside of strings. */
export const blobsOf = (entry: Entry): Uint8Array[] =>
  blobsIn(entry.dialect, [entry.kind, ...entry.body.flat()].join('\n'));

/** Whether the text may stand as a key or a kind. */
export const isWord = (dialect: Dialect, text: string): boolean => DIALECTS[dialect].word.test(text);

/** What is wrong with a value as it stands in an entry, or undefined. */
export function valueProblem(dialect: Dialect, value: string): 'too long' | 'malformed' | undefined {
  if (!value.startsWith('"')) return value === NONE || isLooseId(dialect, value) ? undefined : 'malformed';
  if (value.length < 3 || !value.endsWith('"') || value.includes('\n')) return 'malformed';
  return value.length - 2 > STRING_LIMIT && [...value].length - 2 > STRING_LIMIT ? 'too long' : undefined;
}

/**
 * A text as a value: quoted the way the published Ruby client quotes, so that its `draft append` and ours write the
 * same bytes. Ids and NONE of the dialect stay as they are, and so does what stands in quotation marks already. Throws UsageError for what no entry can hold.
 */
export function quoteValue(dialect: Dialect, text: string): string {
  if (text === NONE || readId(dialect, text)) return text;
  if (!text.isWellFormed())
    throw new UsageError('Cannot write value: expected Unicode text, got half a surrogate pair');
  const isQuoted = text.startsWith('"') && valueProblem(dialect, text) === undefined;
  const value = isQuoted ? text : `"${escapeText(text)}"`;
  const problem = valueProblem(dialect, value);
  if (problem === undefined) return value;
  throw new UsageError(
    problem === 'too long'
      ? `Cannot write value: expected at most ${STRING_LIMIT} characters after quoting, got ${[...value].length - 2}`
      : 'Cannot write value: expected at least one character and no line break that cannot be quoted',
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f', '\v': '\\v', '\b': '\\b' },
  ...{ '\u0007': '\\a', '\u001b': '\\e' },
};

/** What Ruby takes for unprintable: control characters but U+0085, line and paragraph separators, unassigned ones. */
const ESCAPED = /["\\]|(?!\u0085)[\p{Cc}\p{Zl}\p{Zp}\p{Cn}]/gu;

const escapeText = (text: string): string => text.replace(ESCAPED, escapeCharacter).replace(/#(?=[{$@])/g, '\\#');

function escapeCharacter(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return ESCAPES[character] ?? (hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`);
}
