/** Dials over TCP for libp2p, with connections that are those of the shared port (libp2p-listener.ts). It does not listen. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ComponentLogger, NotStartedError, type Transport, transportSymbol } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { connectionOver } from './libp2p-connection.ts';

/** Protocol of the host, host, port. */
const ADDRESS = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/([0-9]+)(?:\/p2p\/[^/]+)?$/;
const FAMILIES: Partial<Record<string, 4 | 6>> = { dns4: 4, dns6: 6 };

export function tcpDialer({ logger }: { logger: ComponentLogger }): Transport {
  const log = logger.forComponent('pipes:tcp');
  return {
    [transportSymbol]: true,
    [Symbol.toStringTag]: 'pipes-tcp',
    async dial(address, { signal, upgrader, ...options }) {
      const socket = await connected(address, signal);
      const connection = connectionOver(socket, { remoteAddr: address, direction: 'outbound', log });
      try {
        return await upgrader.upgradeOutbound(connection, { ...options, signal });
      } catch (error) {
        connection.abort(error as Error);
        throw error;
      }
    },
    dialFilter: (addresses) => addresses.filter((address) => ADDRESS.test(address.toString())),
    listenFilter: () => [],
    createListener() {
      throw new NotStartedError('It only dials');
    },
  };
}

/** The signal ends the attempt alone: a connection outlives the dial that made it. */
async function connected(address: Multiaddr, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const [, protocol = '', host = '', port] = ADDRESS.exec(address.toString()) ?? [];
  const family = FAMILIES[protocol];
  const socket = connect({ host, port: Number(port), noDelay: true, keepAlive: true, ...(family && { family }) });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
