/**
 * Duplicates at the entrance, as published: a sealed message whose id and key are among a channel's last ten, or
 * the same key and content within ten seconds, brings back the message that is stored. A local rule: it says
 * nothing about what comes by sync. Memory is bounded per channel and in channels.
 */
import { hash } from 'node:crypto';
import type { PiperMessage } from '../core/envelope/piper.ts';
import { DecodeError } from '../core/errors.ts';
import type { Placed, Store } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import { channelScope } from '../core/scope.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { hintOf, messageOf } from './render.ts';

export interface Recent {
  /**
   * Runs `admit` unless an equal message stands or is being stored. Where `admit` fails, it counts for nothing.
   * `first` says that the channel had none before.
   */
  once(
    message: PiperMessage,
    sender: string,
    admit: () => Promise<Placed>,
  ): Promise<{ placed: Placed; deduped: boolean; first: boolean }>;
}

interface Entry {
  readonly at: number;
  readonly sealed: boolean;
  /** Where it stands; the envelope itself, which may be large, is read again when it is asked for. */
  readonly place: Promise<Place | undefined>;
}

type Place = Pick<Placed, 'scope' | 'time' | 'id'>;

const LAST = 10;
const MOST_PER_CHANNEL = 2048;
const CHANNELS = 500;

export function createRecent(now: () => number, store: Pick<Store, 'latest' | 'find'>): Recent {
  const channels = boundedMap<string, Promise<Map<string, Entry>>>(CHANNELS);

  const entriesOf = (channel: string): Promise<Map<string, Entry>> => {
    const known = channels.get(channel);
    if (known !== undefined) return known;
    const loading = store.latest(channelScope(channel), LAST).then(load);
    channels.set(channel, loading);
    loading.catch(() => channels.delete(channel));
    return loading;
  };

  return {
    async once(message, sender, admit) {
      const entries = await entriesOf(message.channel);
      const name = nameOf(message, sender);
      for (let entry = entries.get(name); isDuplicate(entry, now()); entry = entries.get(name)) {
        const place = await entry.place.catch(() => undefined);
        const placed = place && (await store.find(place.scope, place.time, place.id));
        if (placed !== undefined) return { placed, deduped: true, first: false };
        if (entries.get(name) === entry) entries.delete(name);
      }
      const first = entries.size === 0;
      const admission = admit();
      const entry = { at: now(), sealed: message.version === '1.2', place: admission.then(placeOf) };
      entries.delete(name);
      entries.set(name, entry);
      forget(entries, now());
      const placed = await entry.place
        .then(() => admission)
        .catch((error: unknown) => {
          if (entries.get(name) === entry) entries.delete(name);
          throw error;
        });
      return { placed, deduped: false, first };
    },
  };
}

const placeOf = ({ scope, time, id }: Placed): Place => ({ scope, time, id });

function load(rows: readonly Placed[]): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const placed of rows) {
    const message = readable(placed);
    if (message === undefined) continue;
    const entry = { at: placed.received, sealed: message.version === '1.2', place: Promise.resolve(placeOf(placed)) };
    entries.set(nameOf(message, hintOf(placed).pubkey ?? ''), entry);
  }
  return entries;
}

function readable(placed: Placed): PiperMessage | undefined {
  try {
    return messageOf(placed);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function isDuplicate(entry: Entry | undefined, now: number): entry is Entry {
  return entry !== undefined && (entry.sealed || now - entry.at < LIMITS.duplicateWindowMs);
}

/** Keeps the last ten and what is young enough to count. */
function forget(entries: Map<string, Entry>, now: number): void {
  for (const [name, entry] of entries) {
    if (entries.size <= LAST) return;
    if (entries.size <= MOST_PER_CHANNEL && now - entry.at < LIMITS.duplicateWindowMs) return;
    entries.delete(name);
  }
}

/** `sender` tells unsigned ones apart, who have no key. */
function nameOf(message: PiperMessage, sender: string): string {
  switch (message.version) {
    case '1.2':
      return `id/${message.fromEd25519Pub}/${message.id}`;
    case '1.1':
      return `${message.fromEd25519Pub}/${hash('sha256', message.content, 'base64')}`;
    case '1.0':
      return `${message.pubkey}/${hash('sha256', message.content, 'base64')}`;
    case '1.0-unsigned':
      return `${sender}/${hash('sha256', message.content, 'base64')}`;
  }
}
