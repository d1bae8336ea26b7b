/**
 * Telemetry for an operator who asks for it by POSTHOG_API_KEY, else nothing at all: that a message was posted, a
 * channel created, a key first seen. Never content, names or keys; who posted is a salted hash. Sent in batches,
 * never waited for, forgotten where it cannot be sent.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../core/ports.ts';

export interface Telemetry {
  readonly enabled: boolean;
  messagePosted(message: { channel: string; key: string; version: string }): void;
  channelCreated(channel: string): void;
  keyFirstSeen(key: string): void;
  /** Sends what waits; bounded in time. */
  close(): Promise<void>;
}

interface Event {
  readonly event: string;
  readonly distinct_id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
}

const MOST_WAITING = 1000;
const BATCH = 100;
const EVERY_MS = 5000;
const TIMEOUT_MS = 3000;

const silent: Telemetry = {
  enabled: false,
  messagePosted() {},
  channelCreated() {},
  keyFirstSeen() {},
  async close() {},
};

export function createTelemetry(
  options: { apiKey: string | undefined; url: string; salt: string },
  clock: Clock,
): Telemetry {
  const { apiKey } = options;
  if (apiKey === undefined || apiKey === '') return silent;
  const waiting: Event[] = [];
  let cancel: (() => void) | undefined;
  const pseudonym = (text: string): string => hash('sha256', `${options.salt}/${text}`).slice(0, 16);

  const flush = async (): Promise<void> => {
    cancel = undefined;
    const batch = waiting.splice(0, BATCH);
    if (batch.length === 0) return;
    if (waiting.length > 0) schedule();
    await send(`${options.url}/capture/`, { api_key: apiKey, batch });
  };
  const schedule = (): void => {
    cancel ??= clock.after(EVERY_MS, () => void flush());
  };
  const capture = (event: string, who: string, properties: Record<string, unknown>): void => {
    if (waiting.length >= MOST_WAITING) return;
    const timestamp = new Date(clock.now()).toISOString();
    waiting.push({ event, distinct_id: pseudonym(who), properties: { ...properties, $lib: 'pipes-relay' }, timestamp });
    schedule();
  };

  return {
    enabled: true,
    messagePosted: ({ channel, key, version }) =>
      capture('message_posted', key, { channel: pseudonym(channel), version, encrypted: version === '1.2' }),
    channelCreated: (channel) => capture('channel_created', channel, { channel: pseudonym(channel) }),
    keyFirstSeen: (key) => capture('key_first_seen', key, {}),
    async close() {
      cancel?.();
      await flush();
    },
  };
}

async function send(url: string, payload: unknown): Promise<void> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
  } catch {
    // Telemetry that does not arrive is not missed.
  }
}
