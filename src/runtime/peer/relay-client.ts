/**
 * A relay's endpoints as calls (spec/07-relay-http.md). Rejects with RemoteError where there is no answer or one
 * that can't be understood; refusals of a post are outcomes.
 */
import { fromUtf8 } from '../../core/bytes.ts';
import { RemoteError } from '../../core/errors.ts';
import type { AbortSignalLike, Http, HttpResponse, ServerEvent } from '../../core/ports.ts';

/** later: not now, try again after `afterMs`. refused: never as it is, for `error`. */
export type PostOutcome = { kind: 'taken' } | { kind: 'later'; afterMs: number } | { kind: 'refused'; error: string };

export interface RelayChannel {
  readonly name: string;
  readonly count: number;
  readonly latest: number;
}

export interface RelayClient {
  readonly url: string;
  post(body: unknown): Promise<PostOutcome>;
  /** Leaves a sealed message in somebody's mailbox. */
  postMail(dot1: string, body: unknown): Promise<PostOutcome>;
  /** What waits in a mailbox after the cursor, at most a page; `next` goes on from there. */
  mail(dot1: string, after: number): Promise<{ envelopes: unknown[]; next: number }>;
  putProfile(profile: unknown): Promise<PostOutcome>;
  putBlob(hash: string, bytes: Uint8Array): Promise<PostOutcome>;
  /** Undefined where the relay has no such blob. */
  getBlob(hash: string, signal?: AbortSignalLike): Promise<Uint8Array | undefined>;
  /** Empty where the relay knows no profiles. */
  profiles(channel: string): Promise<unknown[]>;
  /** The latest profiles of these keys, whatever channels they list. */
  profilesOf(keys: readonly string[]): Promise<unknown[]>;
  channels(): Promise<RelayChannel[]>;
  claimName(claim: Readonly<Record<string, string>>): Promise<PostOutcome>;
  /** Served messages later than `since`, earliest first, at most 500. */
  history(channel: string, since: string): Promise<unknown[]>;
  events(
    channels: readonly string[],
    options: { lastEventId?: string; signal: AbortSignalLike; onOpen: () => void },
  ): AsyncIterable<ServerEvent>;
}

export const HISTORY_PAGE = 500;
const JSON_HEADERS = { 'content-type': 'application/json' };
const BYTES_HEADERS = { 'content-type': 'application/octet-stream' };
const RETRY_MS = 5000;
const KEYS_AT_ONCE = 64;

export function createRelayClient(http: Http, base: string): RelayClient {
  const url = base.replace(/\/+$/, '');
  const send = async (method: string, path: string, body: Uint8Array | string, headers: Record<string, string>) =>
    outcomeOf(await http.request({ method, url: url + path, body, headers }));
  const list = async (path: string) => {
    const response = await http.request({ method: 'GET', url: url + path });
    return response.status === 404 ? [] : arrayOf(response, path);
  };
  return {
    url,
    post: (body) => send('POST', '/messages', JSON.stringify(body), JSON_HEADERS),
    postMail: (dot1, body) => send('POST', `/mailbox/${dot1}/push`, JSON.stringify(body), JSON_HEADERS),
    async mail(dot1, after) {
      const response = await http.request({ method: 'GET', url: `${url}/mailbox/${dot1}/pull?since=${after}` });
      const value = response.status === 200 ? (parse(response) as { envelopes?: unknown; next_cursor?: unknown }) : {};
      const { envelopes, next_cursor: next } = value ?? {};
      return { envelopes: Array.isArray(envelopes) ? envelopes : [], next: typeof next === 'number' ? next : after };
    },
    putProfile: (profile) => send('PUT', '/profiles', JSON.stringify(profile), JSON_HEADERS),
    putBlob: (hash, bytes) => send('PUT', `/blobs/${hash}`, bytes, BYTES_HEADERS),
    async getBlob(hash, signal) {
      const response = await http.request({ method: 'GET', url: `${url}/blobs/${hash}`, ...(signal && { signal }) });
      if (response.status === 404) return undefined;
      if (response.status === 200) return response.body;
      throw failure(`fetch blob ${hash.slice(0, 8)}`, response);
    },
    profiles: (channel) => list(`/profiles?channel=${encodeURIComponent(channel)}`),
    async profilesOf(keys) {
      const found: unknown[] = [];
      for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
        found.push(...(await list(`/profiles?key=${keys.slice(at, at + KEYS_AT_ONCE).join(',')}`)));
      }
      return found;
    },
    claimName: (claim) => send('POST', '/usernames/claim', JSON.stringify(claim), JSON_HEADERS),
    channels: async () => (await list('/channels')).flatMap(channelOf),
    history: (channel, since) =>
      list(`/messages?channel=${channel}&limit=${HISTORY_PAGE}&since=${encodeURIComponent(since)}`),
    events: (channels, options) =>
      http.events(`${url}/events?${channels.map((name) => `channel=${name}`).join('&')}`, options),
  };
}

function outcomeOf(response: HttpResponse): PostOutcome {
  if (response.status >= 200 && response.status < 300) return { kind: 'taken' };
  if (response.status === 429 || response.status >= 500) return { kind: 'later', afterMs: retryAfter(response) };
  return { kind: 'refused', error: errorOf(response) };
}

const retryAfter = (response: HttpResponse): number => {
  const seconds = Number(response.header('retry-after'));
  return seconds > 0 && seconds < 3600 ? seconds * 1000 : RETRY_MS;
};

function errorOf(response: HttpResponse): string {
  const body = parse(response) as { error?: unknown; detail?: unknown } | undefined;
  const parts = [body?.error, body?.detail].filter((part) => typeof part === 'string' && part !== '');
  return parts.length > 0 ? parts.join(': ') : `the relay answered ${response.status}`;
}

function arrayOf(response: HttpResponse, path: string): unknown[] {
  const value = parse(response);
  if (response.status === 200 && Array.isArray(value)) return value;
  throw failure(`read ${path.split('?')[0]}`, response);
}

const failure = (what: string, response: HttpResponse) =>
  new RemoteError(`Cannot ${what}: expected status 200, got ${response.status}`, { status: response.status });

function parse(response: HttpResponse): unknown {
  try {
    return JSON.parse(fromUtf8(response.body) ?? '');
  } catch {
    return undefined;
  }
}

function channelOf(value: unknown): RelayChannel[] {
  const { name, message_count: count, last_activity: latest } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || typeof count !== 'number') return [];
  const time = typeof latest === 'string' ? Date.parse(latest) : Number.NaN;
  return [{ name, count, latest: Number.isNaN(time) ? 0 : time }];
}
