/**
 * libp2p's dials by one exact address, and their end: a connection that comes up after libp2p was stopped is known to
 * nobody, and would keep the process alive. Those under way may come up for a moment, so as to be closed in good order:
 * libp2p leaves a WebSocket that is given up to the far end.
 */
import { multiaddr } from '@multiformats/multiaddr';
import type { Clock } from '../../core/ports.ts';
import type { Connection, Node } from './libp2p-types.ts';

export interface Dialer {
  dial(address: string, signal: AbortSignal): Promise<Connection>;
  /** Resolves when none is under way; later ones are refused. */
  close(): Promise<void>;
}

const GRACE_MS = 500;

export function createDialer({ components }: Pick<Node, 'components'>, clock: Pick<Clock, 'after'>): Dialer {
  const givenUp = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let isOpen = true;
  const closed = () => new Error('Cannot dial: the transport is closed');
  const dial = async (address: string, signal: AbortSignal): Promise<Connection> => {
    if (!isOpen) throw closed();
    const either = AbortSignal.any([signal, givenUp.signal]);
    const connection = await components.transportManager.dial(multiaddr(address), { signal: either });
    if (isOpen) return connection;
    await connection.close({ signal: AbortSignal.timeout(GRACE_MS) }).catch(() => connection.abort(closed()));
    throw closed();
  };
  return {
    dial(address, signal) {
      const dialled = dial(address, signal);
      const forget = () => void underWay.delete(dialled);
      underWay.add(dialled);
      dialled.then(forget, forget);
      return dialled;
    },
    async close() {
      isOpen = false;
      const stop = clock.after(GRACE_MS, () => givenUp.abort(closed()));
      await Promise.allSettled(underWay);
      stop();
    },
  };
}
