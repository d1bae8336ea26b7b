/** Several peers over one store (tabs): each hears what another changed, reads it from the store, and tells its own. */
import type { Directory } from './directory.ts';
import type { Link } from './link.ts';
import type { News } from './news.ts';
import type { Outbox } from './outbox.ts';
import type { Change, PeerPorts } from './ports.ts';
import type { Self } from './self.ts';

export interface SharingParts {
  readonly ports: PeerPorts;
  readonly self: Self;
  readonly directory: Directory;
  readonly outbox: Outbox;
  readonly news: News;
  readonly link: Link | undefined;
}

export interface Sharing {
  /** An envelope that came in here, so that it is not told twice. */
  saw(arrival: number): void;
  stop(): void;
}

const PAGE = 500;

export function shareStore(parts: SharingParts): Sharing {
  const { ports } = parts;
  const seen = { arrival: 0 };
  const hear = (change: Change) => void react(parts, change, seen).catch((error) => ports.onError?.(error));
  const unhear = ports.changes?.on(hear);
  return {
    saw(arrival) {
      seen.arrival = Math.max(seen.arrival, arrival);
    },
    stop: () => unhear?.(),
  };
}

async function react(parts: SharingParts, change: Change, seen: { arrival: number }): Promise<void> {
  const { self, directory, outbox, news, link } = parts;
  switch (change.kind) {
    case 'arrived':
      return tellArrivals(parts, change.scope, seen);
    case 'self':
      await self.reload();
      news.tellChannels();
      return link?.refresh(true);
    case 'profiles':
      await directory.reload();
      return news.tellMembers();
    case 'outbox':
      await outbox.reload();
      link?.nudge();
      return news.tellStatus();
    case 'status':
      return news.tellConnection(change.now);
  }
}

async function tellArrivals({ ports, news }: SharingParts, scope: string, seen: { arrival: number }): Promise<void> {
  for (;;) {
    const page = await ports.store.arrivals(scope, seen.arrival, PAGE);
    for (const placed of page) {
      seen.arrival = Math.max(seen.arrival, placed.arrival);
      news.tellMessage(placed);
    }
    if (page.length < PAGE) return;
  }
}
