/**
 * Connections whose handshake is not over: each for a bounded time, bounded in number, in all and from one neighbourhood.
 * Where all places are taken, whoever holds most of them gives up its oldest, so that a few cannot keep out everybody.
 */
import { isIPv6, type Socket } from 'node:net';
import type { Clock } from '../../core/ports.ts';
import { unmapped } from './own-addresses.ts';

export interface UndecidedLimits {
  /** For the first byte and the handshake together. */
  readonly decideMs: number;
  readonly undecided: number;
  readonly undecidedPerAddress: number;
}

export interface Undecided {
  /** Undefined where there is no place for it; else what says that it is decided, or gone. */
  admit(socket: Socket): (() => void) | undefined;
  readonly size: number;
  /** Breaks them all. */
  close(): void;
}

export function createUndecided(limits: UndecidedLimits, clock: Pick<Clock, 'after'>): Undecided {
  /** The oldest of each first. */
  const places = new Map<string, Set<Socket>>();
  let size = 0;

  const crowded = (): Set<Socket> | undefined =>
    [...places.values()].reduce<Set<Socket> | undefined>(
      (most, each) => (most !== undefined && most.size >= each.size ? most : each),
      undefined,
    );
  const hasRoom = (own: Set<Socket>): boolean => {
    if (own.size >= limits.undecidedPerAddress) return false;
    if (size < limits.undecided) return true;
    const most = crowded();
    if (most === undefined || most.size <= own.size) return false;
    const [oldest] = most;
    oldest?.destroy();
    if (oldest !== undefined) leave(most, oldest);
    return true;
  };
  const leave = (own: Set<Socket>, socket: Socket): void => {
    if (own.delete(socket)) size -= 1;
  };
  return {
    admit(socket) {
      const from = neighbourhood(socket.remoteAddress ?? '');
      const own = places.get(from) ?? new Set();
      if (!hasRoom(own)) return undefined;
      places.set(from, own.add(socket));
      size += 1;
      const cancel = clock.after(limits.decideMs, () => socket.destroy());
      return () => {
        cancel();
        leave(own, socket);
        if (own.size === 0 && places.get(from) === own) places.delete(from);
      };
    },
    get size() {
      return size;
    },
    close() {
      for (const own of places.values()) for (const socket of own) socket.destroy();
    },
  };
}

/** Whoever has an IPv6 address has 2^64 of them: the first half counts. */
export function neighbourhood(address: string): string {
  const host = unmapped(address);
  if (!isIPv6(host)) return host;
  const [head = '', tail = ''] = host.split('::');
  const zeros = host.includes('::') ? 8 - words(head).length - words(tail).length : 0;
  return [...words(head), ...new Array(zeros).fill('0'), ...words(tail)].slice(0, 4).join(':');
}

const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
