/**
 * The transport of a peer in a browser, over js-libp2p (spec/11-transports.md#libp2p): to relays by WebSocket and
 * webrtc-direct, to other browsers by WebRTC, which a relay introduces. libp2p is loaded with the first dial.
 */
import { toHex } from '../../core/bytes.ts';
import { UsageError, VerificationError } from '../../core/errors.ts';
import type { Signer } from '../../core/ports.ts';
import type { Transport, TransportStream } from '../../core/transport.ts';
import { parsePeerAddress, peerIdOf } from '../web/libp2p-address.ts';
import { DIAL_MS, type Running, type Target } from '../web/libp2p-types.ts';
import { clock } from './crypto.ts';

export interface BrowserTransportOptions {
  /** The peer's key. */
  readonly signer: Signer;
  /** stun:host:port; none but these are asked how this browser is seen from outside. */
  readonly stun?: readonly string[];
}

export function createBrowserTransport({ signer, stun = [] }: BrowserTransportOptions): Transport {
  const takers = new Map<string, (stream: TransportStream) => void>();
  const listeners = new Set<() => void>();
  const relays = new Set<string>();
  let running: Promise<Running> | undefined;
  let run: Running | undefined;
  let isOpen = true;

  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const startUp = async (): Promise<Running> => {
    const [{ startNode }, { runningOver }] = await Promise.all([
      import('./libp2p-node.ts'),
      import('../web/libp2p-running.ts'),
    ]);
    const node = await startNode(signer, stun);
    run = runningOver({ node, takers, relays: [...relays], clock, dialMs: DIAL_MS, changed });
    if (!isOpen) await run.close();
    return run;
  };
  const start = (): Promise<Running> => {
    running ??= startUp();
    return running;
  };
  return {
    name: 'libp2p',
    key: signer.key,
    dials: (address) => isReachable(address),
    async dial(address, { protocol, key }) {
      if (!isOpen) throw new UsageError('Cannot dial: the transport is closed');
      const target = targetOf(address, key);
      return (await start()).dial(target, protocol);
    },
    accept(protocol, taker) {
      if (takers.has(protocol)) throw new UsageError(`Cannot accept ${protocol}: it is taken already`);
      takers.set(protocol, taker);
      run?.accept(protocol);
      return () => {
        if (takers.get(protocol) !== taker) return;
        takers.delete(protocol);
        run?.refuse(protocol);
      };
    },
    addresses: () =>
      (run?.heldRelays() ?? []).flatMap((relay) =>
        ['/webrtc', ''].map((way) => `${relay}/p2p-circuit${way}/p2p/${peerIdOf(signer.key)}`),
      ),
    onAddresses(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    useRelays(addresses) {
      const fresh = addresses.filter((each) => isRelay(each) && !relays.has(each));
      if (fresh.length === 0 || !isOpen) return;
      for (const address of fresh) relays.add(address);
      if (run !== undefined) run.useRelays(fresh);
      else start().catch(() => {});
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      listeners.clear();
      await running?.then(
        (node) => node.close(),
        () => {},
      );
    },
  };
}

/** Browsers speak no TCP, and on secure pages no WebSocket in clear but to their own machine. */
function isReachable(address: string): boolean {
  if (parsePeerAddress(address) === undefined) return false;
  const [first = ''] = address.split('/p2p-circuit');
  if (first.includes('/webrtc-direct')) return true;
  if (first.includes('/wss') || first.includes('/tls/ws')) return true;
  const isOwn = /^\/(?:ip4\/127\.|ip6\/::1\/|dns[46]?\/localhost\/)/.test(first);
  return first.includes('/ws') && (isOwn || globalThis.location?.protocol !== 'https:');
}

const isRelay = (address: string): boolean =>
  isReachable(address) && !address.includes('/p2p-circuit') && address.includes('/p2p/');

function targetOf(address: string, expected: Uint8Array | undefined): Target {
  const parsed = parsePeerAddress(address);
  if (parsed === undefined) throw new UsageError(`Cannot dial ${address}: expected a multiaddr of WebSocket or WebRTC`);
  if (expected !== undefined && parsed.key !== undefined && toHex(expected) !== toHex(parsed.key)) {
    throw new VerificationError(`Cannot trust ${address}: expected key ${toHex(expected)}, got ${toHex(parsed.key)}`);
  }
  const key = expected ?? parsed.key;
  return { address, full: key === undefined ? parsed.base : `${parsed.base}/p2p/${peerIdOf(key)}`, key };
}
