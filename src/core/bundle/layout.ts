/**
 * Where things lie in a bundle (spec/02-pigeon.md#bundles): the names that each dialect writes, and what a name that is
 * found means, whatever a medium did to its case. Every name of a file fits the 8.3 of the oldest media.
 *
 * Two blobs of 2020-12 can share one name. The first keeps it; a further one replaces the last characters by ~1, ~2 …
 * Readers hash every *.blb, so that they find a blob under any name. The other dialects spell the whole hash.
 */
import { fromBase32, toBase32 } from '../identity/base32.ts';
import { type Dialect, KEY_BYTES } from '../log/dialect.ts';

export const MESSAGES_FILE = 'messages.pgn';
export const GOSSIP_FILE = 'gossip.pgn';

/** The files that hold the entries, equal to one another; the one that our readers believe first comes last. */
export const ENTRY_FILES: Readonly<Record<Dialect, readonly string[]>> = {
  '2020-04': [GOSSIP_FILE, MESSAGES_FILE],
  '2020-06': [MESSAGES_FILE],
  '2020-12': [MESSAGES_FILE],
};

/** What stands between two entries, and behind the last. */
export const ENTRY_SEPARATOR = '\n\n';
export const ENTRIES_END = '\n';

/** The places that a blob may take, the first one first; a later one only where another blob has those before. */
export function* blobPaths(dialect: Dialect, hash: Uint8Array): Generator<string> {
  const text = toBase32(hash);
  if (dialect !== '2020-12') return yield `${(text.slice(0, 49).match(/.{7}/g) ?? []).join('/')}.${text.slice(49)}`;
  const name = text.slice(0, 4) + text.slice(-4);
  yield `${name}.blb`;
  for (let n = 1; n < 10_000; n++) yield `${name.slice(0, 7 - String(n).length)}~${n}.blb`;
}

/** The first of them. */
export const blobPath = (dialect: Dialect, hash: Uint8Array): string => blobPaths(dialect, hash).next().value as string;

/**
 * The folder of each dialect's part, '' for the bundle's own: there lies the identity's own dialect, or the first where
 * that one is not among them, and the others in folders of their own.
 */
export function partFolders(dialects: readonly Dialect[], own?: Dialect): Map<Dialect, string> {
  const root = own !== undefined && dialects.includes(own) ? own : dialects[0];
  return new Map(dialects.map((dialect) => [dialect, dialect === root ? '' : dialect]));
}

/** Whether a folder of this name may hold another dialect's part. */
export const isPartFolder = (name: string): boolean => /^2020-(04|06|12)$/.test(name);

/** Which file of entries a name is, in any case. */
export function entryFile(name: string): typeof MESSAGES_FILE | typeof GOSSIP_FILE | undefined {
  const lower = name.toLowerCase();
  return lower === MESSAGES_FILE || lower === GOSSIP_FILE ? lower : undefined;
}

const BLOB_FOLDER = /^[0-9A-Z]{7}$/i;
const BLOB_LEAF = /^[0-9A-Z]{7}\.[0-9A-Z]{3}$/i;
/** Folders above the file in the layout of seven. */
export const BLOB_FOLDERS = 6;

/** Whether a folder may be on the way to a blob. */
export const isBlobFolder = (name: string): boolean => BLOB_FOLDER.test(name);

/** Whether a path, as seen from the part's folder, is a blob's in any dialect's layout and any case. */
export function isBlobPath(path: string): boolean {
  const names = path.split('/');
  const leaf = names.pop() ?? '';
  if (names.length === 0) return /^[^/]+\.blb$/i.test(leaf);
  return names.length === BLOB_FOLDERS && names.every(isBlobFolder) && BLOB_LEAF.test(leaf);
}

/** The hash that a path spells in full; undefined for a flat name, which spells only a part of it. */
export function hashOfPath(path: string): Uint8Array | undefined {
  return isBlobPath(path) && path.includes('/') ? fromBase32(path.replace(/[/.]/g, ''), KEY_BYTES) : undefined;
}

/** Whether a blob of this hash may lie there: what lies under a name that does not fit is damaged. */
export function fitsPath(path: string, hash: Uint8Array): boolean {
  const upper = path.toUpperCase();
  const text = toBase32(hash);
  if (path.includes('/')) return upper.replace(/[/.]/g, '') === text;
  const name = text.slice(0, 4) + text.slice(-4);
  const [, head = '', number = ''] = /^(.*?)(~\d+)?\.BLB$/.exec(upper) ?? [];
  return head === (number === '' ? name : name.slice(0, 8 - number.length));
}

/** What is being written has such a name until it is whole; what an earlier try has left may be removed. */
export const temporaryFile = (n: number): string => `pipes${String(n).padStart(3, '0')}.tmp`;
export const isTemporaryFile = (name: string): boolean => /^pipes\d{3}\.tmp$/i.test(name);
