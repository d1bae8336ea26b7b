/** Asks the relay that runs on this installation's data, with the secret that lies there (spec/07-relay-http.md#owner). */
import { RemoteError, UsageError } from '../core/errors.ts';
import { createHttp } from '../platform/web/http.ts';
import { readOwnerFile } from '../relay/owner-file.ts';

export interface OwnRelay {
  readonly url: string;
  /** Parsed JSON; rejects with what the relay says where it refuses. */
  ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

/** Undefined where none runs on this data. */
export async function findOwnRelay(dataDir: string): Promise<OwnRelay | undefined> {
  const file = await readOwnerFile(dataDir);
  if (file?.url === undefined) return undefined;
  const { url, token } = file;
  const http = createHttp();
  const ask: OwnRelay['ask'] = async (method, path, body) => {
    const answer = await http.request({
      ...{ method, url: url + path, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs: 20_000,
    });
    const json = JSON.parse(new TextDecoder().decode(answer.body));
    if (answer.status < 300) return json;
    const said = `${json.detail ?? json.error}`;
    const message = said.startsWith('Cannot ') ? said : `Cannot ask the relay: ${said}`;
    throw new RemoteError(message, { status: answer.status });
  };
  const isThere = await ask('GET', '/health').then(
    () => true,
    () => false,
  );
  return isThere ? { url, ask } : undefined;
}

export async function ownRelay(dataDir: string): Promise<OwnRelay> {
  const relay = await findOwnRelay(dataDir);
  if (relay !== undefined) return relay;
  throw new UsageError(`Cannot reach a relay on ${dataDir}: none runs there. Start it with "pipes up".`);
}
