/** A relay's mailbox: bare sealed envelopes left for one dot1, fetched by a cursor (spec/07-relay-http.md#mailbox). */
import { PipesError, RemoteError } from '../core/errors.ts';
import type { AbortSignalLike } from '../core/ports.ts';
import type { RelayApi } from './relay-api.ts';
import type { MailboxPush } from './types.ts';

export interface Mail {
  readonly envelopes: readonly unknown[];
  /** Where the next pull goes on; undefined where the relay gave no number. */
  readonly nextCursor: number | undefined;
}

/** One copy into each recipient's mailbox; a refusal by one relay or for one recipient is a result, no rejection. */
export function pushToAll(api: RelayApi, recipients: readonly string[], envelope: unknown): Promise<MailboxPush[]> {
  return Promise.all([...new Set(recipients)].map((dot1) => push(api, dot1, envelope)));
}

async function push(api: RelayApi, dot1: string, envelope: unknown): Promise<MailboxPush> {
  try {
    const body = await api.post(`${mailboxPath(dot1)}/push`, envelope);
    return { recipient_dot1: dot1, status: 200, body };
  } catch (error) {
    if (!(error instanceof PipesError)) throw error;
    const status = error instanceof RemoteError ? error.status : undefined;
    return { recipient_dot1: dot1, status: status ?? -1, error: error.message };
  }
}

export async function pull(api: RelayApi, dot1: string, since: number, signal?: AbortSignalLike): Promise<Mail> {
  const answer = await api.get(`${mailboxPath(dot1)}/pull?since=${since}`, signal);
  const { envelopes, next_cursor: next } = (answer ?? {}) as { envelopes?: unknown; next_cursor?: unknown };
  if (!Array.isArray(envelopes)) {
    throw new RemoteError('Cannot pull from mailbox: expected an array of envelopes, got something else');
  }
  return { envelopes, nextCursor: typeof next === 'number' && Number.isFinite(next) ? next : undefined };
}

const mailboxPath = (dot1: string): string => `/mailbox/${encodeURIComponent(dot1)}`;
