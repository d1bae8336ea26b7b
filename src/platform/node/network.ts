/**
 * The transports of a peer in Node: TLS on one shared port, which is the peer's only one for others. `port` "off" gives
 * transports that dial and take nothing.
 */
import type { Transport } from '../../core/transport.ts';
import { openSharedPort } from './port-share.ts';
import { createTlsTransport } from './tls.ts';

export interface NodeNetworkOptions {
  /** The peer's Ed25519 secret, 32 bytes. */
  readonly seed: Uint8Array;
  /** 0 takes a free one. */
  readonly port: number | 'off';
  /** All addresses where none is given. */
  readonly host?: string;
  /** Hosts that others are told instead of this machine's own addresses, as behind a port that is forwarded. */
  readonly announce?: readonly string[];
}

export interface NodeNetwork {
  readonly transports: readonly Transport[];
  /** What was taken; undefined where nothing is. */
  readonly port: number | undefined;
  close(): Promise<void>;
}

/** Rejects with the system's error for the port. */
export async function openNodeNetwork({ seed, port, host, announce }: NodeNetworkOptions): Promise<NodeNetwork> {
  if (port === 'off') return { transports: [createTlsTransport({ seed })], port: undefined, close: async () => {} };
  const shared = await openSharedPort({ port, ...(host !== undefined && { host }) });
  const tls = createTlsTransport({ seed, port: shared, ...(announce && { announce }) });
  return { transports: [tls], port: shared.port, close: shared.close };
}
