/**
 * What goes into one volume of a bundle, and what it takes there. An entry goes with all blobs that it names, so that
 * each volume is a bundle by itself; the next volume goes on behind it. Imported in order, each volume continues the logs
 * of those before. In any other order a volume is refused as a gap until the ones before it are there: each round over
 * all of them takes in at least the next one, and what is there already is known and changes nothing.
 */
import { toHex } from '../bytes.ts';
import type { Dialect } from '../log/dialect.ts';
import { blobPath, ENTRIES_END, ENTRY_FILES, ENTRY_SEPARATOR } from './layout.ts';

export interface NamedBlob {
  readonly hash: Uint8Array;
  /** Undefined where it is not to be had. */
  readonly size: number | undefined;
}

export interface VolumePart {
  readonly dialect: Dialect;
  entries: number;
  /** Of one file of entries. */
  bytes: number;
  /** By hash in hex, in the order in which they were named. */
  readonly blobs: Map<string, NamedBlob>;
}

export interface VolumeItem {
  readonly dialect: Dialect;
  readonly entry: Uint8Array;
  readonly blobs: readonly NamedBlob[];
}

/** What a file of that size and path takes, all told. */
export type FileCost = (size: number, path: string) => number;

export interface Volume {
  /** In the order of their first entries. */
  readonly parts: ReadonlyMap<Dialect, VolumePart>;
  /** False: it does not fit, and nothing was added. */
  add(item: VolumeItem): boolean;
  /** What all of it takes. */
  cost(): number;
}

export function createVolume(limit: number, cost: FileCost): Volume {
  const parts = new Map<Dialect, VolumePart>();
  let blobCost = 0;
  const costOf = (part: VolumePart, more = 0) =>
    ENTRY_FILES[part.dialect].reduce((sum, name) => sum + cost(part.bytes + more, `${part.dialect}/${name}`), 0);
  const entriesCost = () => [...parts.values()].reduce((sum, part) => sum + costOf(part), 0);
  return {
    parts,
    add({ dialect, entry, blobs }) {
      const part = parts.get(dialect) ?? { dialect, entries: 0, bytes: ENTRIES_END.length, blobs: new Map() };
      const more = entry.length + (part.entries === 0 ? 0 : ENTRY_SEPARATOR.length);
      const fresh = blobs.filter(({ hash }) => !part.blobs.has(toHex(hash)));
      const added = fresh.reduce(
        (sum, { hash, size }) => sum + (size === undefined ? 0 : cost(size, blobPath(dialect, hash))),
        0,
      );
      const grown = costOf(part, more) - (parts.has(dialect) ? costOf(part) : 0);
      if (limit < Infinity && entriesCost() + grown + blobCost + added > limit) return false;
      parts.set(dialect, part);
      part.entries++;
      part.bytes += more;
      blobCost += added;
      for (const blob of fresh) part.blobs.set(toHex(blob.hash), blob);
      return true;
    },
    cost: () => entriesCost() + blobCost,
  };
}

/** On a medium that gives out space in blocks; each folder on the way takes one, though others may share it. */
export const folderCost =
  (block: number): FileCost =>
  (size, path) =>
    (Math.max(1, Math.ceil(size / block)) + path.split('/').length - 1) * block;

/** An upper bound: headers in front, behind and in the list at the end, and what packing adds at worst. */
export const zipCost: FileCost = (size, path) =>
  size + 5 * (Math.ceil(size / 16_000) + 1) + 2 * (path.length + 16) + 160;
