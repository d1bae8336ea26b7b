/**
 * How many messages of each channel this identity has seen, shared by all its tabs through the storage handed in.
 * Unread is what came since; a channel that shrank has none. The time of the newest one seen marks the place.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

export interface Seen {
  readonly counts: ReadonlySignal<ReadonlyMap<string, number>>;
  /** The time of the newest message seen, ms; undefined where none was. */
  since(channel: string): number | undefined;
  mark(channel: string, count: number, newest?: number): void;
  /** Reads again what another tab wrote. */
  refresh(): void;
}

export function createSeen(storage: Pick<Storage, 'getItem' | 'setItem'>, key: string): Seen {
  let entries = read(storage.getItem(key));
  const counts = signal(countsOf(entries));
  const reload = (): void => {
    entries = read(storage.getItem(key));
  };
  return {
    counts,
    since: (channel) => entries.get(channel)?.newest,
    mark(channel, count, newest = 0) {
      const before = entries.get(channel);
      if (before?.count === count && (before.newest ?? 0) >= newest) return;
      reload();
      const latest = Math.max(newest, entries.get(channel)?.newest ?? 0);
      entries.set(channel, { count, ...(latest > 0 && { newest: latest }) });
      storage.setItem(key, JSON.stringify([...entries].map(([name, entry]) => [name, entry.count, entry.newest ?? 0])));
      if (before?.count !== count) counts.value = countsOf(entries);
    },
    refresh() {
      reload();
      counts.value = countsOf(entries);
    },
  };
}

export const unread = (count: number, seen: number | undefined): number => Math.max(0, count - (seen ?? 0));

interface Entry {
  readonly count: number;
  readonly newest?: number;
}

const countsOf = (entries: ReadonlyMap<string, Entry>): Map<string, number> =>
  new Map([...entries].map(([name, { count }]) => [name, count]));

function read(text: string | null): Map<string, Entry> {
  try {
    const entries: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(entries)) return new Map();
    return new Map(
      entries.filter(isEntry).map(([name, count, newest = 0]) => [name, { count, ...(newest > 0 && { newest }) }]),
    );
  } catch {
    return new Map();
  }
}

const isEntry = (entry: unknown): entry is [string, number, number?] =>
  Array.isArray(entry) &&
  typeof entry[0] === 'string' &&
  Number.isSafeInteger(entry[1]) &&
  (entry[2] === undefined || Number.isSafeInteger(entry[2]));
