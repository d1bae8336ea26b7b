/**
 * The relay of this installation as an exchange for bundles: the running one over HTTP, else its data opened without
 * listening. Both by the same endpoints (owner.ts).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64, toHex, utf8 } from '../core/bytes.ts';
import { RemoteError, StorageError } from '../core/errors.ts';
import { encodePack } from '../core/pack.ts';
import type { House } from '../runtime/house.ts';
import type { Delivered, Entered, EnteredPage, Exchange } from '../runtime/packs/exchange.ts';
import { readOwnerFile } from './owner-file.ts';
import { openRelay } from './relay.ts';
import { OWN_DATABASE } from './takeover.ts';

type Request = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: Uint8Array,
) => Promise<{ status: number; body: Uint8Array }>;

export interface OwnExchange {
  readonly exchange: Exchange;
  close(): Promise<void>;
}

export interface OwnExchangeOptions {
  readonly dataDir: string;
  readonly dbPath?: string;
  /** Lets other programs decide on their scopes where the relay does not run. */
  readonly prepare?: (house: House) => Promise<void>;
}

/**
 * Undefined where this installation has no relay's data. Rejects with RemoteError where a relay has the data and does not
 * answer.
 */
export async function openOwnExchange(options: OwnExchangeOptions): Promise<OwnExchange | undefined> {
  const { dataDir, dbPath } = options;
  const file = await readOwnerFile(dataDir);
  if (file === undefined || !existsSync(dbPath ?? join(dataDir, OWN_DATABASE))) return undefined;
  const headers = { authorization: `Bearer ${file.token}` };
  try {
    const { log } = await import('./silent.ts');
    const relay = await openRelay({ dataDir, logger: log, ...(dbPath !== undefined && { dbPath }) });
    await options.prepare?.(relay.house);
    const request: Request = (method, url, body) => relay.request({ method, url, headers, ...(body && { body }) });
    return { exchange: exchangeOver(request), close: relay.close };
  } catch (error) {
    if (!(error instanceof StorageError && error.message.includes('in use')) || file.url === undefined) throw error;
    return { exchange: exchangeOver(overHttp(file.url, headers)), close: async () => {} };
  }
}

function overHttp(base: string, headers: Record<string, string>): Request {
  return async (method, path, body) => {
    const answer = await fetch(base + path, { method, headers, ...(body && { body: Buffer.from(body) }) }).catch(
      (cause) => {
        throw new RemoteError(`Cannot reach the relay that has this data: ${base} does not answer`, { cause });
      },
    );
    return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
  };
}

function exchangeOver(request: Request): Exchange {
  const json = async (method: 'GET' | 'POST', path: string, body?: Uint8Array) => {
    const answer = await request(method, path, body);
    const text = Buffer.from(answer.body).toString();
    if (answer.status === 200) return JSON.parse(text);
    throw new RemoteError(`Cannot use the relay's data: it answered ${answer.status} ${text}`, {
      status: answer.status,
    });
  };
  return {
    name: 'relay',
    scopes: () => json('GET', '/owner/scopes'),
    async entered(scope, after): Promise<EnteredPage> {
      const { items, next } = await json('GET', `/owner/entered?scope=${encodeURIComponent(scope)}&after=${after}`);
      const read = ({ envelope, ...terms }: Omit<Entered, 'envelope'> & { envelope: string }): Entered => ({
        ...{ ...terms, envelope: fromBase64(envelope) ?? new Uint8Array() },
      });
      return { items: items.map(read), next };
    },
    deliver: (pack): Promise<Delivered> => json('POST', `/owner/packs?peer=${toHex(pack.peer)}`, encodePack(pack)),
    async blob(hash) {
      const { status, body } = await request('GET', `/blobs/${hash}`);
      return status === 200 ? body : undefined;
    },
    async takeBlob(hash, bytes) {
      const { status } = await request('PUT', `/owner/blobs/${hash}`, bytes);
      return status === 200 ? 'taken' : 'later';
    },
    async *profiles() {
      for (let after = ''; ; ) {
        const { profiles, next } = await json('GET', `/owner/profiles?after=${after}`);
        yield* profiles;
        if (next === undefined) return;
        after = next;
      }
    },
    acceptProfile: async (profile) => (await request('PUT', '/profiles', utf8(JSON.stringify(profile)))).status === 200,
  };
}
