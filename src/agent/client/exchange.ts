/** Sending one packet and waiting for what comes back under its id. */
import type { Carrier } from './carrier.ts';
import { errorOf, isServersWord, type Sealed } from './packets.ts';
import type { AgentPacket } from './types.ts';

export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** Whether the server may be sent the same bytes again on a new connection: it then answers again, and acts once. */
  readonly again?: boolean;
  /** Which of the packets under the id is the one. Default: the first. */
  readonly accept?: (packet: AgentPacket) => boolean;
}

/** Rejects with the signal's reason, and when no answer can come any more. */
export async function exchange(carrier: Carrier, sealed: Sealed, options: ExchangeOptions): Promise<AgentPacket> {
  const { signal, accept = () => true, again = false } = options;
  const { promise, resolve, reject } = Promise.withResolvers<AgentPacket>();
  const aborted = (): void => reject(signal.reason);
  const forget = carrier.waits.add(sealed.id, (packet) => {
    const isIt = accept(packet);
    if (isIt) resolve(packet);
    return isIt;
  });
  if (signal.aborted) aborted();
  signal.addEventListener('abort', aborted);
  const stop = again ? carrier.keepSending(sealed.payload) : () => {};
  if (!again) carrier.send(sealed.payload, signal).catch(reject);
  try {
    return await Promise.race([promise, carrier.broken]);
  } finally {
    signal.removeEventListener('abort', aborted);
    forget();
    stop();
  }
}

/** Hands on all that comes back under the id until the signal fires; rejects with its reason. */
export async function gather(
  carrier: Carrier,
  sealed: Sealed,
  signal: AbortSignal,
  each: (packet: AgentPacket) => void,
): Promise<void> {
  const accept = (packet: AgentPacket): boolean => {
    if (!isServersWord(packet)) each(packet);
    return isServersWord(packet) && errorOf(packet) !== undefined;
  };
  await exchange(carrier, sealed, { signal, accept });
}
