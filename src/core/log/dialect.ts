/**
 * The three dialects of Pigeon in the wild (spec/02-pigeon.md#dialects). A log is written in one of them for its whole
 * life; they differ in how ids are spelt, in the order of the header and in what lipmaa holds.
 */
import { equal } from '../bytes.ts';
import { fromBase32, toBase32 } from '../identity/base32.ts';

export type Dialect = '2020-04' | '2020-06' | '2020-12';

export type HeaderField = 'author' | 'depth' | 'kind' | 'lipmaa' | 'prev';

export type IdKind = 'identity' | 'entry' | 'blob';

export interface DialectRules {
  readonly name: Dialect;
  readonly header: readonly HeaderField[];
  readonly ids: Readonly<Record<IdKind, readonly [prefix: string, suffix: string]>>;
  readonly signature: readonly [prefix: string, suffix: string];
  /** One character of a key or a kind. */
  readonly word: RegExp;
}

export const NONE = 'NONE';
export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

const SIGILS = { identity: ['@', '.ed25519'], entry: ['%', '.sha256'], blob: ['&', '.sha256'] } as const;
const WORDS = { identity: ['USER.', ''], entry: ['TEXT.', ''], blob: ['FILE.', ''] } as const;

export const DIALECTS: Readonly<Record<Dialect, DialectRules>> = {
  '2020-04': {
    name: '2020-04',
    header: ['author', 'kind', 'prev', 'depth', 'lipmaa'],
    ids: SIGILS,
    signature: ['', '.sig.ed25519'],
    word: /^[A-Za-z0-9_\-=.@&]{1,90}$/,
  },
  '2020-06': {
    name: '2020-06',
    header: ['author', 'depth', 'kind', 'lipmaa', 'prev'],
    ids: WORDS,
    signature: ['', ''],
    word: /^[A-Za-z0-9_\-=.]{1,90}$/,
  },
  '2020-12': {
    name: '2020-12',
    header: ['author', 'depth', 'kind', 'prev'],
    ids: WORDS,
    signature: ['', ''],
    word: /^[A-Za-z0-9_\-=.]{1,90}$/,
  },
};

export function formatId(dialect: Dialect, kind: IdKind, bytes: Uint8Array): string {
  return spell(DIALECTS[dialect].ids[kind], bytes);
}

export function formatSignature(dialect: Dialect, bytes: Uint8Array): string {
  return spell(DIALECTS[dialect].signature, bytes);
}

/** The bytes of an id in its one canonical spelling, else undefined. */
export function parseId(dialect: Dialect, kind: IdKind, text: string): Uint8Array | undefined {
  return unspell(DIALECTS[dialect].ids[kind], text, KEY_BYTES);
}

export function parseSignature(dialect: Dialect, text: string): Uint8Array | undefined {
  return unspell(DIALECTS[dialect].signature, text, SIGNATURE_BYTES);
}

const DIGIT = '[0-9A-HJKMNP-TV-Z]';

/** The canonical spelling of 32 bytes: the last digit holds one bit of them, and zeros. */
const CANONICAL: Readonly<Record<Dialect, Readonly<Record<IdKind, RegExp>>>> = {
  '2020-04': canonical(SIGILS),
  '2020-06': canonical(WORDS),
  '2020-12': canonical(WORDS),
};

function canonical(ids: DialectRules['ids']): Readonly<Record<IdKind, RegExp>> {
  const form = ([prefix, suffix]: readonly [string, string]) =>
    new RegExp(`^${quoted(prefix)}${DIGIT}{51}[0G]${quoted(suffix)}$`);
  return { identity: form(ids.identity), entry: form(ids.entry), blob: form(ids.blob) };
}

function quoted(text: string): string {
  return text.replaceAll('.', '\\.');
}

/** Whether the text is an id in its one canonical spelling; parseId says which. */
export const isId = (dialect: Dialect, kind: IdKind, text: string): boolean => CANONICAL[dialect][kind].test(text);

const LOOSE: Readonly<Record<Dialect, RegExp>> = {
  '2020-04': /^(@.{52}\.ed25519|[%&].{52}\.sha256)$/u,
  '2020-06': /^(USER|TEXT|FILE)\.[A-Za-z0-9_=.-]{52}$/,
  '2020-12': /^(USER|TEXT|FILE)\.[A-Za-z0-9_=.-]{52}$/,
};

/** Whether published clients take the value for an id: also in a spelling that names nothing. */
export const isLooseId = (dialect: Dialect, text: string): boolean => LOOSE[dialect].test(text);

/** Any id of the dialect: what it names and the bytes. */
export function readId(dialect: Dialect, text: string): { kind: IdKind; bytes: Uint8Array } | undefined {
  for (const kind of ['identity', 'entry', 'blob'] as const) {
    const bytes = parseId(dialect, kind, text);
    if (bytes) return { kind, bytes };
  }
  return undefined;
}

const BLOB = {
  '2020-04': /&[0-9A-Z]{52}\.sha256/g,
  '2020-06': /FILE\.[0-9A-Z]{52}/g,
  '2020-12': /FILE\.[0-9A-Z]{52}/g,
};

/** SHA-256 of every blob whose id stands anywhere in the text, also inside of a string. */
export function blobsIn(dialect: Dialect, text: string): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const [id] of text.matchAll(BLOB[dialect])) {
    const bytes = parseId(dialect, 'blob', id);
    if (bytes && !found.some((other) => equal(other, bytes))) found.push(bytes);
  }
  return found;
}

const UPPER = new RegExp(`^${DIGIT}*$`);

const spell = ([prefix, suffix]: readonly [string, string], bytes: Uint8Array): string =>
  prefix + toBase32(bytes) + suffix;

function unspell(affixes: readonly [string, string], text: string, length: number): Uint8Array | undefined {
  const [prefix, suffix] = affixes;
  if (!text.startsWith(prefix) || !text.endsWith(suffix)) return undefined;
  const digits = text.slice(prefix.length, text.length - suffix.length);
  return UPPER.test(digits) ? fromBase32(digits, length) : undefined;
}
