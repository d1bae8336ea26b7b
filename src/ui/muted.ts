/** The channels that ask for no attention, on this device alone: no count in the title, no badge, nothing said aloud. */
import { type ReadonlySignal, signal } from '@preact/signals';

export interface Muted {
  readonly channels: ReadonlySignal<ReadonlySet<string>>;
  toggle(channel: string): void;
  /** Reads again what another tab wrote. */
  refresh(): void;
}

export function createMuted(storage: Pick<Storage, 'getItem' | 'setItem'>, key: string): Muted {
  const channels = signal(read(storage.getItem(key)));
  return {
    channels,
    toggle(channel) {
      const next = new Set(read(storage.getItem(key)));
      if (!next.delete(channel)) next.add(channel);
      storage.setItem(key, JSON.stringify([...next]));
      channels.value = next;
    },
    refresh() {
      channels.value = read(storage.getItem(key));
    },
  };
}

function read(text: string | null): ReadonlySet<string> {
  try {
    const names: unknown = JSON.parse(text ?? '[]');
    return new Set(Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []);
  } catch {
    return new Set();
  }
}
