/**
 * The Http port over fetch, for Node and browsers alike. Promises: every wait ends (timeout, signal), every
 * body and every event is bounded, and where no answer came the RemoteError says what happened and what to
 * do. An answer with an error status is an answer: it resolves. A fired signal rejects a request with the
 * platform's AbortError and simply ends events.
 *
 * A server that has once sent a comment into its event stream is taken at its word: silence beyond
 * `silenceMs` then counts as a broken connection, which TCP alone may not notice for minutes. A stream without
 * comments may be as quiet as it likes; where the platform gives up on it, it just ends.
 */
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { AbortSignalLike, Http, HttpResponse, ServerEvent } from '../../core/ports.ts';
import { describeFailure, isQuiet } from './failure.ts';
import { createEventText } from './sse.ts';

export interface HttpOptions {
  fetch?: typeof fetch;
  /** Greatest response body, in bytes. */
  bodyLimit?: number;
  /** Greatest event, in characters. */
  eventLimit?: number;
  /** For requests that name none. */
  timeoutMs?: number;
  /** Silence that a heartbeating event stream may have. */
  silenceMs?: number;
}

type Settings = Required<HttpOptions>;
type Request = Parameters<Http['request']>[0];
type EventOptions = Parameters<Http['events']>[1];

export function createHttp(options: HttpOptions = {}): Http {
  const settings: Settings = {
    fetch: options.fetch ?? ((...call) => fetch(...call)),
    bodyLimit: options.bodyLimit ?? 8_388_608,
    eventLimit: options.eventLimit ?? 4_194_304,
    timeoutMs: options.timeoutMs ?? 30_000,
    silenceMs: options.silenceMs ?? 60_000,
  };
  return {
    request: (request) => send(settings, request),
    events: (url, eventOptions) => listen(settings, url, eventOptions),
  };
}

async function send(settings: Settings, request: Request): Promise<HttpResponse> {
  const what = `${request.method} ${checkUrl(request.url)}`;
  const timeoutMs = request.timeoutMs ?? settings.timeoutMs;
  const stop = createStop(request.signal);
  const cancelTimer = stop.after(timeoutMs, `no answer within ${timeoutMs} ms; is the relay reachable?`);
  try {
    const response = await settings.fetch(request.url, {
      method: request.method,
      signal: stop.signal,
      ...(request.headers && { headers: request.headers }),
      ...(request.body !== undefined && { body: request.body as BodyInit }),
    });
    const body = await readBody(response, settings.bodyLimit, what);
    return { status: response.status, body, header: (name) => response.headers.get(name) ?? undefined };
  } catch (error) {
    throw explain(error, what, stop);
  } finally {
    cancelTimer();
    stop.release();
  }
}

async function* listen(settings: Settings, url: string, options: EventOptions): AsyncGenerator<ServerEvent> {
  const what = `events of ${checkUrl(url)}`;
  const stop = createStop(options.signal);
  try {
    const response = await openStream(settings, url, options, stop.signal);
    options.onOpen?.();
    yield* readEvents(response, settings, stop);
  } catch (error) {
    if (options.signal?.aborted || isQuiet(error)) return;
    throw explain(error, what, stop);
  } finally {
    stop.release();
    stop.now();
  }
}

async function openStream(settings: Settings, url: string, options: EventOptions, signal: AbortSignal) {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (options.lastEventId !== undefined) headers['last-event-id'] = options.lastEventId;
  const response = await settings.fetch(url, { headers, signal, cache: 'no-store' });
  const type = response.headers.get('content-type') ?? 'none';
  if (response.status === 200 && /^text\/event-stream\b/i.test(type)) return response;
  const expected = 'expected status 200 and text/event-stream';
  throw new RemoteError(`Cannot read events of ${url}: ${expected}, got ${response.status} and ${type}`, {
    status: response.status,
  });
}

async function* readEvents(response: Response, settings: Settings, stop: Stop): AsyncGenerator<ServerEvent> {
  const text = createEventText(settings.eventLimit);
  const reader = response.body?.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, never>).getReader();
  const silent = `nothing came for ${settings.silenceMs} ms; the connection seems broken`;
  for (;;) {
    const cancelTimer = text.heartbeats ? stop.after(settings.silenceMs, silent) : () => {};
    const piece = await reader?.read().finally(cancelTimer);
    if (piece === undefined || piece.done) return;
    yield* text.feed(piece.value);
  }
}

async function readBody(response: Response, limit: number, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) break;
    length += part.value.length;
    if (length > limit) {
      await reader?.cancel();
      throw new RemoteError(`Cannot ${what}: expected an answer of at most ${limit} bytes, got more`);
    }
    parts.push(part.value);
  }
  return join(parts, length);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface Stop {
  readonly signal: AbortSignal;
  /** Why it was stopped by a timer, in words. */
  readonly reason: string | undefined;
  now(): void;
  after(ms: number, reason: string): () => void;
  /** Lets go of the caller's signal. */
  release(): void;
}

/** Joins the caller's signal with timers. */
function createStop(outer: AbortSignalLike | undefined): Stop {
  const controller = new AbortController();
  let reason: string | undefined;
  const now = () => controller.abort();
  if (outer?.aborted) now();
  outer?.addEventListener('abort', now);
  return {
    signal: controller.signal,
    get reason() {
      return reason;
    },
    now,
    after(ms, why) {
      const timer = setTimeout(() => {
        reason = why;
        now();
      }, ms);
      return () => clearTimeout(timer);
    },
    release: () => outer?.removeEventListener('abort', now),
  };
}

function explain(error: unknown, what: string, stop: Stop): unknown {
  if (stop.reason !== undefined) return new RemoteError(`Cannot ${verb(what)}: ${stop.reason}`, { cause: error });
  if (error instanceof RemoteError || stop.signal.aborted) return error;
  return new RemoteError(`Cannot ${verb(what)}: ${describeFailure(error)}`, { cause: error });
}

const verb = (what: string): string => (what.startsWith('events') ? `read ${what}` : what);

function checkUrl(url: string): string {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`Cannot send a request: expected an http:// or https:// address, got ${JSON.stringify(url)}`);
}
