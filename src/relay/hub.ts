/**
 * Fan out to the streams. A message is rendered once; streams of the same channels form a group and share the
 * bytes, gathered over one turn of the event loop, so that a thousand subscribers cost a thousand writes and
 * nothing more. Within a group the order is that of arrival. One timer beats for all, and only while somebody listens.
 */
import type { Clock, Placed } from '../core/ports.ts';
import type { DropReason, Stream } from './stream.ts';

export interface Subscriber {
  readonly stream: Stream;
  /** While it catches up from the store, what arrives is handed here instead. */
  late?: ((arrival: Arrived) => void) | undefined;
}

export interface Arrived {
  readonly channel: string;
  readonly arrival: number;
  readonly bytes: Uint8Array;
}

export interface Hub {
  /** From now on nothing that arrives is missed. */
  join(channels: readonly string[], subscriber: Subscriber): Membership;
  publish(channel: string, placed: Placed): void;
  /** Tells all streams of any of these channels, each once. */
  announce(channels: Iterable<string>, event: string, data: string): void;
  size(): number;
  close(reason: DropReason): void;
}

export interface Membership {
  /** Ends catching up: from the next message on, the hub writes to the stream itself. */
  goLive(): void;
  leave(): void;
}

export interface HubPorts {
  readonly clock: Clock;
  /** The blocks of one message; undefined for what cannot be shown. */
  readonly blocks: (placed: Placed) => Uint8Array | undefined;
  readonly onDelivered: (messages: number) => void;
}

interface Group {
  readonly channels: readonly string[];
  readonly members: Set<Subscriber>;
  waiting: Uint8Array[];
}

const BEAT_MS = 15_000;
const BEAT = Buffer.from(': beat\n\n');

export function createHub(ports: HubPorts): Hub {
  const groups = new Map<string, Group>();
  const byChannel = new Map<string, Set<Group>>();
  const dirty = new Set<Group>();
  let count = 0;
  let stopBeat: (() => void) | undefined;

  const beat = (): void => {
    stopBeat = count > 0 ? ports.clock.after(BEAT_MS, beat) : undefined;
    for (const group of groups.values()) for (const { stream } of group.members) stream.beat(BEAT);
  };

  const groupOf = (channels: readonly string[]): Group => {
    const name = channels.join(',');
    const group = groups.get(name) ?? { channels, members: new Set<Subscriber>(), waiting: [] };
    if (groups.has(name)) return group;
    groups.set(name, group);
    for (const channel of channels) addTo(byChannel, channel, group);
    return group;
  };

  const leave = (group: Group, subscriber: Subscriber): void => {
    if (!group.members.delete(subscriber)) return;
    if (--count === 0) {
      stopBeat?.();
      stopBeat = undefined;
    }
    if (group.members.size > 0) return;
    groups.delete(group.channels.join(','));
    for (const channel of group.channels) removeFrom(byChannel, channel, group);
  };

  const flush = (): void => {
    for (const group of dirty) {
      const bytes = group.waiting.length === 1 ? (group.waiting[0] as Uint8Array) : Buffer.concat(group.waiting);
      ports.onDelivered(group.waiting.length * group.members.size);
      group.waiting = [];
      for (const { stream, late } of group.members) if (late === undefined) stream.write(bytes);
    }
    dirty.clear();
  };

  const gather = (group: Group, bytes: Uint8Array): void => {
    if (dirty.size === 0) setImmediate(flush);
    dirty.add(group);
    group.waiting.push(bytes);
  };

  return {
    join(channels, subscriber) {
      // Sorted, so that equal sets share a group.
      const group = groupOf([...new Set(channels)].sort());
      group.members.add(subscriber);
      if (++count === 1) stopBeat = ports.clock.after(BEAT_MS, beat);
      return {
        goLive() {
          // What was gathered before now has been handed to `late`.
          flush();
          subscriber.late = undefined;
        },
        leave: () => leave(group, subscriber),
      };
    },
    publish(channel, placed) {
      const interested = byChannel.get(channel);
      if (interested === undefined) return;
      const bytes = ports.blocks(placed);
      if (bytes === undefined) return;
      for (const group of interested) {
        for (const { late } of group.members) late?.({ channel, arrival: placed.arrival, bytes });
        gather(group, bytes);
      }
    },
    announce(channels, event, data) {
      const bytes = Buffer.from(`event: ${event}\ndata: ${data}\n\n`);
      const told = new Set<Group>();
      for (const channel of channels) for (const group of byChannel.get(channel) ?? []) told.add(group);
      for (const group of told) for (const { stream } of group.members) stream.write(bytes);
    },
    size: () => count,
    close(reason) {
      stopBeat?.();
      flush();
      for (const group of [...groups.values()]) for (const { stream } of [...group.members]) stream.drop(reason);
    },
  };
}

function addTo<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}

function removeFrom<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  set?.delete(value);
  if (set?.size === 0) map.delete(key);
}
