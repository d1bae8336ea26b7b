/**
 * One channel's messages from now on, each once, whatever the connection does: reconnects with backoff and jitter,
 * resumes behind the last id that the relay gave, and drops what it has seen. A relay that gives no ids (published
 * ones) is asked for what came since instead. What was there before the stream began is not delivered.
 */
import { RemoteError } from '../core/errors.ts';
import type { AbortSignalLike, ServerEvent } from '../core/ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import type { ClientPorts } from './ports.ts';
import type { RelayApi } from './relay-api.ts';

export interface StreamOptions {
  readonly channel: string;
  readonly api: RelayApi;
  readonly ports: ClientPorts;
  /** Called one after the other; the next waits for its promise. */
  readonly deliver: (served: unknown) => Promise<void>;
  /** Once per outage. */
  readonly onProblem: (problem: Error) => void;
}

export interface Stream {
  /** Resolves once everything sent from then on will be delivered. */
  readonly ready: Promise<void>;
  stop(): void;
}

const BACKOFF_FIRST_MS = 1000;
const BACKOFF_MOST_MS = 30_000;
const REPLAYED = 100;
const PAGE = 500;
const REMEMBERED = 4096;
/** How far behind the clock of an author may be and still be found after an outage. */
const SKEW_MS = 300_000;
/** Published relays hold back the headers until a channel has its first message, so waiting for them may never end. */
const HEADERS_MS = 1000;

export function openStream(options: StreamOptions): Stream {
  const { api, ports, channel } = options;
  const stopping = new AbortController();
  const { promise: ready, resolve: markReady } = Promise.withResolvers<void>();
  const seen = boundedMap<string, true>(REMEMBERED);
  let began = false;
  let lastId: string | undefined;
  let latest: number | undefined;
  let backoff = BACKOFF_FIRST_MS;
  let reported = false;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if (began) await catchUp();
        else await begin();
        await listen();
      } catch (error) {
        if (stopping.signal.aborted) return;
        report(error);
      }
      await pause(withJitter(backoff, ports), ports, stopping.signal);
      backoff = Math.min(backoff * 2, BACKOFF_MOST_MS);
    }
  }

  /** Marks what is there already as seen. */
  async function begin(): Promise<void> {
    for (const served of await page(`limit=${REPLAYED}`)) isNew(served);
    began = true;
  }

  /** Asks for what came since, page by page, where no id says where to resume. */
  async function catchUp(): Promise<void> {
    for (
      let since = latest === undefined ? undefined : latest - SKEW_MS;
      since !== undefined && lastId === undefined;
    ) {
      const found = await page(`limit=${PAGE}&since=${encodeURIComponent(new Date(since).toISOString())}`);
      for (const served of found) await take(served);
      const next = Math.max(...found.map(timeOf));
      since = found.length === PAGE && next > since ? next : undefined;
    }
  }

  async function listen(): Promise<void> {
    const cancel = ports.clock.after(HEADERS_MS, markReady);
    try {
      const resume = lastId === undefined ? {} : { lastEventId: lastId };
      const signal: AbortSignalLike = stopping.signal;
      for await (const event of ports.http.events(eventsUrl, { ...resume, signal, onOpen })) await onEvent(event);
    } finally {
      cancel();
    }
  }

  const eventsUrl = `${api.base}/events?channel=${channel}`;

  function onOpen(): void {
    backoff = BACKOFF_FIRST_MS;
    reported = false;
    markReady();
  }

  /** An id counts only once what stands before it has been delivered. */
  async function onEvent(event: ServerEvent): Promise<void> {
    if (event.event === undefined && event.data !== '') await take(parsed(event.data));
    if (event.id !== undefined && event.id !== '') lastId = event.id;
  }

  async function take(served: unknown): Promise<void> {
    if (isNew(served) && !stopping.signal.aborted) await options.deliver(served);
  }

  function isNew(served: unknown): boolean {
    const name = nameOf(served);
    if (name === undefined || seen.get(name)) return false;
    seen.set(name, true);
    latest = Math.max(latest ?? 0, Math.min(timeOf(served), ports.clock.now()));
    return true;
  }

  async function page(query: string): Promise<unknown[]> {
    const list = await api.get(`/messages?channel=${channel}&${query}`, stopping.signal);
    if (Array.isArray(list)) return list;
    throw new RemoteError(`Cannot read messages of ${channel}: expected an array, got something else`);
  }

  function report(error: unknown): void {
    if (reported) return;
    reported = true;
    options.onProblem(error instanceof Error ? error : new Error(String(error)));
  }

  void run();
  return {
    ready,
    stop() {
      stopping.abort();
      markReady();
    },
  };
}

/** The sender's UUID alone could be another's too; with key and signature it names one message. */
function nameOf(served: unknown): string | undefined {
  const { id, from_ed25519_pub: key, sig } = (served ?? {}) as Record<string, unknown>;
  return typeof id === 'string' ? JSON.stringify([id, key, sig]) : undefined;
}

function timeOf(served: unknown): number {
  const { createdAt } = (served ?? {}) as Record<string, unknown>;
  const time = typeof createdAt === 'string' ? Date.parse(createdAt) : Number.NaN;
  return Number.isNaN(time) ? 0 : time;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** Half to the whole of it, so that a thousand agents don't return in one instant. */
function withJitter(ms: number, ports: ClientPorts): number {
  const [high = 0, low = 0] = ports.random(2);
  return (ms / 2) * (1 + (high * 256 + low) / 65_536);
}

function pause(ms: number, ports: ClientPorts, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = ports.clock.after(ms, resolve);
  const stop = () => {
    cancel();
    resolve();
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', stop));
}
