/**
 * Connections that ask nothing: the oldest of those without a request give way to newer ones, in all and per
 * address, so that thousands of half-open ones harm nobody. What the process may open at all is read from its
 * limit of files, and room is left for the database and blobs.
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { limitKey } from './address.ts';

export interface ConnectionLimits {
  readonly mostConnections: number;
  readonly mostStreams: number;
  readonly mostWaiting: number;
  readonly mostWaitingPerAddress: number;
}

const ROOM_FOR_FILES = 256;
const FALLBACK_FILES = 4096;
const MOST_CONNECTIONS = 50_000;

export function connectionLimits(files: number = openFileLimit()): ConnectionLimits {
  const mostConnections = Math.min(MOST_CONNECTIONS, Math.max(64, files - ROOM_FOR_FILES));
  return {
    mostConnections,
    mostStreams: Math.floor(mostConnections * 0.8),
    mostWaiting: Math.min(2048, Math.floor(mostConnections / 4)),
    mostWaitingPerAddress: Math.min(512, Math.floor(mostConnections / 8)),
  };
}

/** How many files the process may have open, as far as the system tells. */
function openFileLimit(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? FALLBACK_FILES : Number(soft);
  } catch {
    return FALLBACK_FILES;
  }
}

/** Watches a server; `isProxy` exempts addresses that bring the connections of many. */
export function guardConnections(
  server: Server,
  limits: ConnectionLimits,
  isProxy: (address: string) => boolean,
): void {
  const waiting = new Set<Socket>();
  const perAddress = new Map<string, Set<Socket>>();
  server.maxConnections = limits.mostConnections;

  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const name = isProxy(address) ? undefined : limitKey(address);
    const same = name === undefined ? undefined : (perAddress.get(name) ?? new Set<Socket>());
    if (name !== undefined && same !== undefined) perAddress.set(name, same.add(socket));
    waiting.add(socket);
    const settled = (): void => {
      waiting.delete(socket);
      same?.delete(socket);
      if (name !== undefined && same?.size === 0 && perAddress.get(name) === same) perAddress.delete(name);
      settling.delete(socket);
    };
    settling.set(socket, settled);
    socket.once('close', settled);
    if (same !== undefined && same.size > limits.mostWaitingPerAddress) evictOldest(same);
    if (waiting.size > limits.mostWaiting) evictOldest(waiting);
  });
  server.on('request', (request) => settling.get(request.socket)?.());
}

/** What takes a socket off the lists once it has asked something. */
const settling = new WeakMap<Socket, () => void>();

function evictOldest(sockets: ReadonlySet<Socket>): void {
  const [oldest] = sockets;
  if (oldest === undefined) return;
  settling.get(oldest)?.();
  oldest.destroy();
}
