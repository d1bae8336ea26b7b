/**
 * Keeps a place at each of the named relays, so that others reach this peer through them: reserves it, tries again with
 * growing pauses where a relay is away, and at once when the connection to it breaks. libp2p would give a relay up at the
 * first failure, and does not come back to one that it lost.
 */
import { multiaddr } from '@multiformats/multiaddr';
import type { Clock } from '../../core/ports.ts';
import type { Dialer } from './libp2p-dialer.ts';
import type { Node, PeerId } from './libp2p-types.ts';
import { within } from './within.ts';

export interface Relays {
  /** Keeps a place at these too. */
  add(addresses: readonly string[]): void;
  /** Of the named ones, those that hold a place for this peer now. */
  held(): string[];
  close(): void;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
const ATTEMPT_MS = 15_000;

export interface RelaysParts {
  readonly node: Node;
  readonly dialer: Dialer;
  readonly clock: Pick<Clock, 'after'>;
  /** A place was taken or lost. */
  changed(): void;
}

export function keepRelays({ node, dialer, clock, changed }: RelaysParts, first: readonly string[]): Relays {
  const { transportManager } = node.components;
  const store = transportManager.getTransports().find((each) => each.reservationStore !== undefined)?.reservationStore;
  if (store === undefined) throw new Error('Cannot reserve: libp2p shows no reservations');
  const peers = new Map<string, PeerId>();
  const cancels = new Map<string, () => void>();
  let isOpen = true;

  const isHeld = (address: string): boolean => {
    const peer = peers.get(address);
    return peer !== undefined && store.hasReservation(peer);
  };
  const attempt = async (address: string, pauseMs: number): Promise<void> => {
    try {
      const { remotePeer } = await within(ATTEMPT_MS, (signal) => dialer.dial(address, signal));
      if (!isOpen) return;
      // The listener of the first time goes on listening; it needs a new reservation only.
      if (peers.has(address)) await store.addRelay(remotePeer, 'configured');
      else {
        await transportManager.listen([multiaddr(`${address}/p2p-circuit`)]);
        peers.set(address, remotePeer);
      }
      changed();
    } catch {
      if (isOpen) later(address, pauseMs);
    }
  };
  const later = (address: string, pauseMs: number): void => {
    const next = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    cancels.set(
      address,
      clock.after(pauseMs, () => attempt(address, next)),
    );
  };
  const look = (): void => {
    changed();
    if (!isOpen) return;
    for (const address of peers.keys()) {
      if (isHeld(address)) continue;
      cancels.get(address)?.();
      later(address, FIRST_PAUSE_MS / 4);
    }
  };
  store.addEventListener('relay:removed', look);
  store.addEventListener('relay:created-reservation', changed);
  const named = new Set<string>();
  const add = (addresses: readonly string[]): void => {
    for (const address of addresses) {
      if (named.has(address)) continue;
      named.add(address);
      attempt(address, FIRST_PAUSE_MS);
    }
  };
  add(first);
  return {
    add,
    held: () => [...named].filter(isHeld),
    close() {
      isOpen = false;
      for (const cancel of cancels.values()) cancel();
    },
  };
}
