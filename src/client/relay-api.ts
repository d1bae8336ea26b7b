/**
 * The relay's JSON endpoints as calls. An error status rejects with RemoteError that carries the status and what
 * the relay said.
 */
import { fromUtf8 } from '../core/bytes.ts';
import { RemoteError, UsageError } from '../core/errors.ts';
import type { AbortSignalLike, Http, HttpResponse } from '../core/ports.ts';

export interface RelayApi {
  readonly base: string;
  get(path: string, signal?: AbortSignalLike): Promise<unknown>;
  post(path: string, body: unknown, signal?: AbortSignalLike): Promise<unknown>;
  put(path: string, body: unknown, signal?: AbortSignalLike): Promise<unknown>;
  putBytes(path: string, bytes: Uint8Array, signal?: AbortSignalLike): Promise<void>;
  /** Undefined where the relay has none of that name. */
  getBytes(path: string, signal?: AbortSignalLike): Promise<Uint8Array | undefined>;
}

type Sent = { body: string | Uint8Array; type: string };

export function createRelayApi(http: Http, url: string): RelayApi {
  const base = checkBase(url);
  const call = async (method: string, path: string, sent: Sent | undefined, signal: AbortSignalLike | undefined) => {
    const answer = await http.request({
      method,
      url: base + path,
      ...(sent && { body: sent.body, headers: { 'content-type': sent.type } }),
      ...(signal && { signal }),
    });
    return answer;
  };
  const json = async (method: string, path: string, body?: unknown, signal?: AbortSignalLike) => {
    const sent = body === undefined ? undefined : { body: JSON.stringify(body), type: 'application/json' };
    return read(await call(method, path, sent, signal), `${method} ${path}`);
  };
  return {
    base,
    get: (path, signal) => json('GET', path, undefined, signal),
    post: (path, body, signal) => json('POST', path, body, signal),
    put: (path, body, signal) => json('PUT', path, body, signal),
    async putBytes(path, bytes, signal) {
      const answer = await call('PUT', path, { body: bytes, type: 'application/octet-stream' }, signal);
      if (answer.status >= 300) throw refusal(answer, `PUT ${path}`);
    },
    async getBytes(path, signal) {
      const answer = await call('GET', path, undefined, signal);
      if (answer.status === 404) return undefined;
      if (answer.status >= 300) throw refusal(answer, `GET ${path}`);
      return answer.body;
    },
  };
}

function checkBase(url: string): string {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url.replace(/\/+$/, '');
  throw new UsageError(`Cannot use url: expected an http:// or https:// address, got ${JSON.stringify(url)}`);
}

function read(answer: HttpResponse, what: string): unknown {
  if (answer.status >= 300) throw refusal(answer, what);
  const value = parse(answer);
  if (value === undefined) throw new RemoteError(`Cannot ${what}: expected JSON, got something else`);
  return value;
}

/** Says what the relay said, in its own words, but not at any length. */
function refusal(answer: HttpResponse, what: string): RemoteError {
  const { error, detail } = (parse(answer) ?? {}) as { error?: unknown; detail?: unknown };
  const words = [error, detail].filter((text) => typeof text === 'string').join(': ');
  const wait = answer.header('retry-after');
  const advice = wait === undefined ? '' : `; try again in ${wait} s`;
  const message = `Cannot ${what}: the relay answered ${answer.status}${words && ` (${words.slice(0, 300)})`}${advice}`;
  return new RemoteError(message, { status: answer.status });
}

function parse(answer: HttpResponse): unknown {
  const text = fromUtf8(answer.body);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
