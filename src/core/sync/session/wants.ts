/**
 * What a peer wants of another (spec/09-sync.md#wants): sets by name or by the beginning of a name, and authors' logs.
 */
import { compare, concat, equal, toHex, utf8 } from '../../bytes.ts';
import { LIMITS } from '../../registry.ts';
import { isScope } from '../../scope.ts';
import { isUnknownTag, Reader, readTags, readText, tagged } from '../../wire.ts';

/** Sets beside the scopes of envelopes. */
export const PROFILES = 'profiles';
export const LOGS = 'logs';
export const FORKS = 'forks';
/** The first entries of logs, which say whose they are. */
export const CERTIFICATES = 'certificates';

export interface Wants {
  /** Names of sets; one that ends in * stands for all that begin so, such as channel:*. */
  readonly sets: readonly string[];
  /** Keys (32 bytes) of the authors whose logs are wanted, where `sets` does not have all of them. */
  readonly authors: readonly Uint8Array[];
}

export const NOTHING_WANTED: Wants = { sets: [], authors: [] };

const SET = 1;
const AUTHOR = 3;
const SET_UNITS = 80;
const RULES = { known: [SET, AUTHOR], repeated: [SET, AUTHOR], atMost: LIMITS.syncWants };

/** In ascending order, so that the same wants have one spelling. */
export function encodeWants({ sets, authors }: Wants): Uint8Array<ArrayBuffer> {
  return concat(
    ...ascending(sets.map(utf8)).map((set) => tagged(SET, set)),
    ...ascending(authors).map((author) => tagged(AUTHOR, author)),
  );
}

/** Throws DecodeError. */
export function decodeWants(bytes: Uint8Array): Wants {
  const reader = new Reader(bytes, 'wants');
  const tags = readTags(reader, RULES);
  if (isUnknownTag(tags)) return reader.refuse('tags', `tag ${tags.unknown} is critical and unknown`);
  const [names, authors] = [tags.get(SET) ?? [], tags.get(AUTHOR) ?? []];
  if (!ascends(names) || !ascends(authors)) reader.refuse('order', 'expected each once, in ascending order');
  const sets = names.map((value) => readText(value, 'set', SET_UNITS));
  if (!authors.every(({ length }) => length === 32)) reader.refuse('author', 'expected 32 bytes');
  return { sets, authors };
}

/** The same without what another name covers, so that nothing is looked up twice. */
export const withoutOverlap = ({ sets, authors }: Wants): Wants => ({
  sets: sets.filter((set) => !sets.some((other) => other !== set && covers(other, set))),
  authors,
});

export const wantsSet = ({ sets }: Wants, name: string): boolean => sets.some((set) => covers(set, name));

/** Of two names that stand for the same sets, neither covers the other unless they are equal. */
const covers = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));

/** Whether logs are wanted at all: all of them, or some authors'. */
export const wantsLogs = (wants: Wants): boolean => wants.authors.length > 0 || wantsSet(wants, LOGS);

export const wantsAuthor = (wants: Wants, author: Uint8Array): boolean =>
  wantsSet(wants, LOGS) || wants.authors.some((key) => equal(key, author));

/** Whether a set by that name can exist. */
export const isSetName = (name: string): boolean =>
  name === PROFILES || name === LOGS || name === FORKS || name === CERTIFICATES || isScope(name);

/** The authors that either side wants, by key in hex; undefined: all. Both sides work out the same. */
export function eitherWants(a: Wants, b: Wants): ReadonlySet<string> | undefined {
  if (wantsSet(a, LOGS) || wantsSet(b, LOGS)) return undefined;
  return new Set([...a.authors, ...b.authors].map(toHex));
}

const ascending = (values: readonly Uint8Array[]): Uint8Array[] =>
  [...values].sort(compare).filter((value, i, all) => i === 0 || !equal(value, all[i - 1] as Uint8Array));

const ascends = (values: readonly Uint8Array[]): boolean =>
  values.every((value, i) => i === 0 || compare(values[i - 1] as Uint8Array, value) < 0);
