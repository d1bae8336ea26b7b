/**
 * Request bodies: read whole, whatever their content type says, within a limit each and a budget for all that are
 * under way. When senders that dawdle have filled the budget, the oldest of them loses its connection: an honest
 * body is through in milliseconds.
 */
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { LIMITS } from '../core/registry.ts';
import { refuse } from './errors.ts';

const BUDGET_BYTES = 64 << 20;

interface Pending {
  bytes: number;
  readonly abandon: () => void;
}

export type BodyReader = (stream: Readable, declared: string | undefined, abandon: () => void) => Promise<Buffer>;

export function createBodyReader(budget = BUDGET_BYTES, limit: number = LIMITS.requestBytes): BodyReader {
  const underWay = new Set<Pending>();
  let held = 0;

  const grow = (pending: Pending, bytes: number): void => {
    pending.bytes += bytes;
    held += bytes;
    for (const oldest of underWay) {
      if (held <= budget) break;
      if (oldest === pending) continue;
      oldest.abandon();
      release(oldest);
    }
  };
  const release = (pending: Pending): void => {
    if (!underWay.delete(pending)) return;
    held -= pending.bytes;
  };

  return async (stream, declared, abandon) => {
    if (Number(declared ?? 0) > limit) tooLarge();
    const pending: Pending = { bytes: 0, abandon };
    underWay.add(pending);
    try {
      return await collect(stream, limit, (bytes) => grow(pending, bytes));
    } finally {
      release(pending);
    }
  };
}

function collect(stream: Readable, limit: number, grow: (bytes: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) {
        // The rest is read and thrown away, so that the sender gets to see the answer.
        stream.off('data', onData);
        stream.resume();
        try {
          tooLarge();
        } catch (error) {
          reject(error as Error);
        }
        return;
      }
      chunks.push(chunk);
      grow(chunk.length);
    };
    stream.on('data', onData);
    stream.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the request ended early')));
  });
}

const tooLarge = (): never => refuse(413, 'body too large', { detail: `at most ${LIMITS.requestBytes} bytes` });

/** The JSON value of a body. A byte sequence that is no UTF-8 is no JSON. */
export function jsonOf(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || !isUtf8(body)) return refuse(400, 'invalid JSON', { field: 'body' });
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return refuse(400, 'invalid JSON', { field: 'body' });
  }
}

/** The members of a JSON object; anything else is refused. */
export function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  const value = jsonOf(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(400, 'body must be a JSON object', { field: 'body' });
}
