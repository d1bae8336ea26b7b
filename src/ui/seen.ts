/**
 * How many messages of each channel this identity has seen, shared by all its tabs through the storage handed in.
 * Unread is what came since; a channel that shrank has none.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

export interface Seen {
  readonly counts: ReadonlySignal<ReadonlyMap<string, number>>;
  mark(channel: string, count: number): void;
  /** Reads again what another tab wrote. */
  refresh(): void;
}

export function createSeen(storage: Pick<Storage, 'getItem' | 'setItem'>, key: string): Seen {
  const counts = signal(read(storage.getItem(key)));
  return {
    counts,
    mark(channel, count) {
      if (counts.peek().get(channel) === count) return;
      counts.value = read(storage.getItem(key)).set(channel, count);
      storage.setItem(key, JSON.stringify([...counts.peek()]));
    },
    refresh() {
      counts.value = read(storage.getItem(key));
    },
  };
}

export const unread = (count: number, seen: number | undefined): number => Math.max(0, count - (seen ?? 0));

function read(text: string | null): Map<string, number> {
  try {
    const entries: unknown = JSON.parse(text ?? '[]');
    return new Map(Array.isArray(entries) ? entries.filter(isCount) : []);
  } catch {
    return new Map();
  }
}

const isCount = (entry: unknown): entry is [string, number] =>
  Array.isArray(entry) && typeof entry[0] === 'string' && Number.isSafeInteger(entry[1]);
