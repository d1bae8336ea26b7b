/**
 * How packets travel to the server, in the published client's two modes: `brief`, a connection for one exchange, and
 * in lasting.ts one that stays.
 */
import { openSession, type Session, type SessionOptions } from './session.ts';
import type { AgentPacket } from './types.ts';
import { createWaits, type Waits } from './waits.ts';

export interface Carrier {
  readonly waits: Waits;
  /** Resolves once the bytes are the system's to send; waits for a connection until the signal fires. */
  send(payload: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Sends on this connection and every new one, until called off. For what the server answers again and does once. */
  keepSending(payload: Uint8Array): () => void;
  /** Rejects when no answer can come any more. */
  readonly broken: Promise<never>;
  close(): void;
}

export type CarrierOptions = Omit<SessionOptions, 'onPacket' | 'silenceMs' | 'signal'>;

/** What nobody waits for is not read. */
export async function brief(options: CarrierOptions, signal: AbortSignal): Promise<Carrier> {
  const waits = createWaits(() => {});
  const onPacket = (packet: AgentPacket): void => void waits.give(packet);
  const session = await openSession({ ...options, silenceMs: 0, signal, onPacket });
  return { ...over(session), waits };
}

/** What a single connection offers to an exchange. */
export function over({ send, close, ended }: Session): Omit<Carrier, 'waits'> {
  const keepSending = (payload: Uint8Array) => {
    // Where it fails, the connection has ended, and `broken` says so.
    send(payload).catch(() => {});
    return () => {};
  };
  return { send, close, keepSending, broken: rejectsWith(ended) };
}

/** A promise that nobody need look at. */
export function rejectsWith(reason: Promise<unknown>): Promise<never> {
  const rejecting = reason.then((error) => Promise.reject(error));
  rejecting.catch(() => {});
  return rejecting;
}
