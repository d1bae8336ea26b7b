/**
 * What a stream is sent before it goes live: the latest messages of each channel, or everything since the cursor
 * that the reader brings. No gap and no duplicate: the stream has joined the hub before the first read, and what
 * arrives meanwhile is merged in by order of arrival. Memory stays flat: pages are small, the reader is waited for,
 * and when too much arrives meanwhile it is read from the store instead.
 */

import type { Placed, Store } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import { channelScope } from '../core/scope.ts';
import type { Blocks } from './blocks.ts';
import type { Arrived, Membership, Subscriber } from './hub.ts';

export interface CatchUpPorts {
  readonly store: Store;
  readonly blocks: Blocks;
  /** Bounds how many read at once. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** One channel's place in the store. */
interface Feed {
  readonly channel: string;
  /** Everything up to this arrival was sent. */
  after: number;
  page: Placed[];
  /** The store had nothing more; what came since is in the queue. */
  done: boolean;
}

const QUEUE = 1000;
const QUEUE_BYTES = 2 << 20;
const PAGE_BYTES = 262_144;
const MOST_ROWS = 500;

/** Prepares a subscriber whose arrivals are queued until `run` has caught up. */
export function createCatchUp(ports: CatchUpPorts, channels: readonly string[], subscriber: Subscriber) {
  const feeds = new Map<string, Feed>(
    channels.map((channel) => [channel, { channel, after: 0, page: [], done: false }]),
  );
  const queue = createQueue();
  subscriber.late = queue.push;

  async function history(): Promise<boolean> {
    for (const feed of feeds.values()) {
      const rows = await ports.turn(() => ports.store.latest(channelScope(feed.channel), LIMITS.streamHistory));
      feed.after = rows.reduce((last, { arrival }) => Math.max(last, arrival), 0);
      feed.done = true;
      if (!(await sendHistory(ports, subscriber, rows))) return false;
    }
    const last = Math.max(0, ...[...feeds.values()].map(({ after }) => after));
    subscriber.stream.write(ports.blocks.cursor(last));
    return true;
  }

  /** Sends by order of arrival what the store and the queue hold, until there is nothing more. */
  async function replay(membership: Membership): Promise<void> {
    let rows = 16;
    let batch: Uint8Array[] = [];
    let bytes = 0;
    const flush = (): Promise<boolean> => {
      if (batch.length > 0) subscriber.stream.write(Buffer.concat(batch));
      batch = [];
      bytes = 0;
      return subscriber.stream.ready();
    };
    while (subscriber.stream.open) {
      if (queue.overflowed()) for (const feed of feeds.values()) feed.done = false;
      for (const feed of feeds.values()) {
        if (feed.done || feed.page.length > 0) continue;
        const page = await ports.turn(() => ports.store.arrivals(channelScope(feed.channel), feed.after, rows));
        rows = nextPageSize(page, rows);
        feed.page = page.reverse();
        feed.done = page.length === 0;
      }
      const next = take(feeds, queue, ports.blocks);
      if (next === undefined) {
        if (queue.waiting() || [...feeds.values()].some((feed) => !feed.done)) continue;
        if (bytes > 0) {
          if (!(await flush())) return;
          continue;
        }
        membership.goLive();
        return;
      }
      if (next.length === 0) continue;
      batch.push(next);
      bytes += next.length;
      if (bytes >= PAGE_BYTES && !(await flush())) return;
    }
  }

  return {
    async run(membership: Membership, cursor: number | undefined): Promise<void> {
      if (cursor === undefined && !(await history())) return;
      if (cursor !== undefined) for (const feed of feeds.values()) feed.after = cursor;
      await replay(membership);
    },
  };
}

/** The next by order of arrival; nothing where both are exhausted, no bytes for what cannot be shown. */
function take(feeds: ReadonlyMap<string, Feed>, queue: Queue, blocks: Blocks): Uint8Array | undefined {
  queue.dropWhile(({ channel, arrival }) => arrival <= (feeds.get(channel)?.after ?? 0));
  let best: Feed | undefined;
  for (const feed of feeds.values()) {
    const head = feed.page.at(-1);
    if (head && head.arrival < (best?.page.at(-1)?.arrival ?? Number.POSITIVE_INFINITY)) best = feed;
  }
  const stored = best?.page.at(-1);
  const queued = queue.head();
  if (queued && feeds.get(queued.channel)?.done && queued.arrival < (stored?.arrival ?? Number.POSITIVE_INFINITY)) {
    queue.shift();
    (feeds.get(queued.channel) as Feed).after = queued.arrival;
    return queued.bytes;
  }
  if (best === undefined || stored === undefined) return undefined;
  best.page.pop();
  best.after = stored.arrival;
  return blocks.live(stored) ?? new Uint8Array(0);
}

/** Small histories go out at once; of large ones only the places are kept while the reader is waited for. */
async function sendHistory(ports: CatchUpPorts, { stream }: Subscriber, rows: readonly Placed[]): Promise<boolean> {
  if (sizeOf(rows) <= PAGE_BYTES) {
    stream.write(Buffer.concat(rows.map((row) => ports.blocks.past(row) ?? new Uint8Array(0))));
    return stream.ready();
  }
  const places = rows.map(({ scope, time, id }) => ({ scope, time, id }));
  for (const { scope, time, id } of places) {
    const placed = await ports.store.find(scope, time, id);
    const bytes = placed && ports.blocks.past(placed);
    if (bytes) stream.write(bytes);
    if (!(await stream.ready())) return false;
  }
  return stream.open;
}

const sizeOf = (rows: readonly Placed[]): number => rows.reduce((sum, { envelope }) => sum + envelope.length, 0);

/** As many rows as fit well into a page, going by the last one. */
function nextPageSize(page: readonly Placed[], rows: number): number {
  const size = sizeOf(page);
  if (size > PAGE_BYTES) return Math.max(4, rows >> 1);
  return size < PAGE_BYTES / 2 ? Math.min(MOST_ROWS, rows * 2) : rows;
}

type Queue = ReturnType<typeof createQueue>;

function createQueue() {
  let entries: Arrived[] = [];
  let bytes = 0;
  let lost = false;
  return {
    push(arrived: Arrived): void {
      if (entries.length >= QUEUE || bytes >= QUEUE_BYTES) {
        entries = [];
        bytes = 0;
        lost = true;
        return;
      }
      entries.push(arrived);
      bytes += arrived.bytes.length;
    },
    /** Whether something was let go since it was last asked. */
    overflowed(): boolean {
      const was = lost;
      lost = false;
      return was;
    },
    waiting: (): boolean => entries.length > 0 || lost,
    head: (): Arrived | undefined => entries[0],
    shift(): void {
      bytes -= entries.shift()?.bytes.length ?? 0;
    },
    dropWhile(covered: (arrived: Arrived) => boolean): void {
      while (entries[0] !== undefined && covered(entries[0])) this.shift();
    },
  };
}
