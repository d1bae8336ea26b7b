/**
 * One connection with checked packets: what comes in is decoded and its signature verified, in the order in which it
 * came. What does not verify is dropped, as a server that forwards it would have to be in league with its sender.
 */
import type { Verifier } from '../../core/ports.ts';
import { type DialOptions, dial, type Line } from './line.ts';
import { openPacket } from './packets.ts';
import type { AgentPacket } from './types.ts';

export interface SessionOptions extends Omit<DialOptions, 'onFrame'> {
  readonly verifier: Verifier;
  /** Awaited before the next one. */
  readonly onPacket: (packet: AgentPacket) => void | Promise<void>;
}

export type Session = Line;

export function openSession({ verifier, onPacket, ...options }: SessionOptions): Promise<Session> {
  let last: Promise<void> = Promise.resolve();
  const take = async (payload: Uint8Array): Promise<void> => {
    const packet = await openPacket(payload, verifier);
    if (packet !== undefined) await onPacket(packet);
  };
  return dial({
    ...options,
    onFrame: (payload) => {
      last = last.then(() => take(payload)).catch(() => {});
    },
  });
}
