/**
 * Several tabs of one browser share one identity and one store: a Web Lock makes exactly one of them the leader, which
 * alone talks to the relay; a BroadcastChannel tells the others what changed. When the leader's tab goes, the next
 * one that waits for the lock takes over.
 */
export interface Tabs<Change> {
  /** Runs the task while this tab is the leader; returns what gives the lead away. */
  lead(task: (signal: AbortSignal) => Promise<void>): () => void;
  readonly changes: { announce(change: Change): void; on(listener: (change: Change) => void): () => void };
  close(): void;
}

/** `name` is the database's; tabs with another database are other persons. */
export function createTabs<Change>(name: string): Tabs<Change> {
  const channel = new BroadcastChannel(`pipes:${name}`);
  const listeners = new Set<(change: Change) => void>();
  channel.onmessage = ({ data }) => {
    for (const listener of listeners) listener(data as Change);
  };
  return {
    lead(task) {
      const stop = new AbortController();
      const { signal } = stop;
      navigator.locks
        .request(`pipes-leader:${name}`, { signal }, () => task(signal))
        .catch(() => {
          // Aborted while it waited: another tab leads, and this one has closed.
        });
      return () => stop.abort();
    },
    changes: {
      announce: (change) => channel.postMessage(change),
      on(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    close() {
      listeners.clear();
      channel.close();
    },
  };
}
