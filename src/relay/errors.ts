/**
 * How a request is turned down: {error, detail?, field?} with a 4xx or 5xx, as protocol and people expect it.
 * Nothing of the inside (a stack, a path, a query) ever leaves.
 */
import { DecodeError, PipesError, StorageError } from '../core/errors.ts';

export interface RefusalBody {
  readonly error: string;
  readonly detail?: string;
  readonly field?: string;
  readonly [extra: string]: unknown;
}

export class Refusal extends PipesError {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly body: RefusalBody;
  readonly retryAfter: number | undefined;
  constructor(status: number, body: RefusalBody, retryAfter?: number) {
    super(body.error);
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

export function refuse(
  status: number,
  error: string,
  more: Omit<RefusalBody, 'error'> = {},
  retryAfter?: number,
): never {
  throw new Refusal(status, { error, ...more }, retryAfter);
}

/** What a caller may know of any failure. `requestId` lets an operator find the rest in the log. */
export function asRefusal(error: unknown, requestId: string): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof DecodeError) return new Refusal(400, { error: error.message, field: error.field });
  if (error instanceof StorageError) {
    return new Refusal(503, { error: 'storage unavailable', detail: `request ${requestId}` }, 10);
  }
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Refusal(status, { error: textOf(status) });
  return new Refusal(500, { error: 'internal error', detail: `request ${requestId}` });
}

const textOf = (status: number): string =>
  status === 413 ? 'body too large' : status === 404 ? 'not found' : 'malformed request';
