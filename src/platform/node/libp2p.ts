/**
 * The transport over js-libp2p: to peers behind NATs, through relays, to browsers. Addresses are multiaddrs; the key that
 * a handshake proves is the peer's (spec/11-transports.md#libp2p). libp2p itself is loaded and started when it is first
 * needed: a dial, somebody who calls, a relay to keep a place at, or a port of its own.
 */
import type { Socket } from 'node:net';
import { toHex } from '../../core/bytes.ts';
import { RemoteError, UsageError, VerificationError } from '../../core/errors.ts';
import type { AbortSignalLike } from '../../core/ports.ts';
import type { Transport, TransportStream } from '../../core/transport.ts';
import { parsePeerAddress, peerIdOf, tcpAddress } from '../web/libp2p-address.ts';
import { DIAL_MS, type Running, type Target } from '../web/libp2p-types.ts';
import { clock, signerFromSeed } from './crypto.ts';
import { bytesPass } from './heap-pace.ts';
import type { Libp2pOptions } from './libp2p-options.ts';
import { hostsOf, passageTo, watchOwnHosts } from './own-addresses.ts';
import type { ConnectionTaker, Opening, SharedPort } from './port-share.ts';

export type { Libp2pOptions, RelayLimits } from './libp2p-options.ts';

export interface Libp2pTransport extends Transport {
  /** Whether libp2p has been loaded. */
  readonly isRunning: boolean;
  /** Resolves once it runs and listens; others wait for nothing. */
  start(): Promise<void>;
}

export function createLibp2pTransport(options: Libp2pOptions): Libp2pTransport {
  const { key } = signerFromSeed(options.seed);
  const takers = new Map<string, (stream: TransportStream) => void>();
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  let running: Promise<Running> | undefined;
  let run: Running | undefined;
  let isOpen = true;
  const relays = new Set(options.relays);
  const hasWebrtc = options.webrtc !== undefined || options.webrtcDirect !== undefined;

  const startUp = async (): Promise<Running> => {
    const heavy = [import('./libp2p-node.ts'), import('../web/libp2p-running.ts')] as const;
    const [{ startNode }, { runningOver }] = await Promise.all(heavy);
    const node = await startNode({ ...options, relays: [...relays], ...(room && { port: room }) });
    const dialMs = options.dialMs ?? DIAL_MS;
    run = runningOver({ node, takers, relays: [...relays], clock, dialMs, passageTo, passes: bytesPass, changed });
    if (!isOpen) await run.close();
    changed();
    return run;
  };
  const start = (): Promise<Running> => {
    running ??= startUp();
    return running;
  };
  const room = options.port && waitingRoom(options.port, start);
  const stopWatching = room === undefined ? () => {} : watchOwnHosts(changed);
  if ((options.relays?.length ?? 0) > 0 || options.webrtcDirect !== undefined) start().catch(() => {});
  return {
    name: 'libp2p',
    key,
    get isRunning() {
      return run !== undefined;
    },
    start: async () => {
      await start();
    },
    dials: (address) => parsePeerAddress(address) !== undefined && (hasWebrtc || !isWebrtc(address)),
    async dial(address, { protocol, key: expected, signal }) {
      const target = checkDial(address, expected, isOpen);
      if (isWebrtc(address) && !hasWebrtc) throw new UsageError(`Cannot dial ${address}: WebRTC is off here`);
      const dialled = start().then((node) => node.dial(target, protocol));
      return orGivenUp(dialled, address, signal);
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
    addresses: () => (isOpen ? addressesOf(options, key, [...relays], run) : []),
    onAddresses(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    useRelays(addresses) {
      const fresh = addresses.filter(
        (address) =>
          parsePeerAddress(address)?.relay === undefined && address.includes('/p2p/') && !relays.has(address),
      );
      if (fresh.length === 0 || !isOpen) return;
      for (const address of fresh) relays.add(address);
      if (run !== undefined) run.useRelays(fresh);
      else start().catch(() => {});
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      stopWatching();
      listeners.clear();
      room?.leave();
      await running?.then(
        (node) => node.close(),
        () => {},
      );
    },
  };
}

const isWebrtc = (address: string): boolean => /\/webrtc(-direct)?\//.test(address);

function checkDial(address: string, expected: Uint8Array | undefined, isOpen: boolean): Target {
  if (!isOpen) throw new UsageError('Cannot dial: the transport is closed');
  const parsed = parsePeerAddress(address);
  if (parsed === undefined)
    throw new UsageError(`Cannot dial ${address}: expected a multiaddr of TCP, WebSocket or WebRTC`);
  if (expected !== undefined && parsed.key !== undefined && toHex(expected) !== toHex(parsed.key))
    throw new VerificationError(`Cannot trust ${address}: expected key ${toHex(expected)}, got ${toHex(parsed.key)}`);
  const key = expected ?? parsed.key;
  return { address, full: key === undefined ? parsed.base : `${parsed.base}/p2p/${peerIdOf(key)}`, key };
}

/** The stream, or a RemoteError as soon as the signal fires; a stream that comes too late is broken off. */
async function orGivenUp(
  dialled: Promise<TransportStream>,
  address: string,
  signal: AbortSignalLike | undefined,
): Promise<TransportStream> {
  const givenUp = () => new RemoteError(`Cannot dial ${address}: the attempt was given up`);
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(givenUp());
      dialled.then((stream) => stream.abort()).catch(() => {});
    };
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([aborted, dialled]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function addressesOf(
  { port, announce, webrtc }: Libp2pOptions,
  key: Uint8Array,
  relays: readonly string[],
  run: Running | undefined,
): string[] {
  const plain = port === undefined ? [] : hostsOf(port.host).map((host) => tcpAddress(host, port.port));
  const own = announce ?? [...plain, ...plain.map((address) => `${address}/ws`)];
  const held = relays.filter((relay) => run?.heldRelays().includes(relay)).map((relay) => `${relay}/p2p-circuit`);
  const through = webrtc === undefined ? held : [...held.map((relay) => `${relay}/webrtc`), ...held];
  return [...own, ...(run?.webrtcAddresses() ?? []), ...through].map((address) => `${address}/p2p/${peerIdOf(key)}`);
}

/** The port as libp2p sees it: who calls before it runs is held until it takes such connections. */
function waitingRoom(port: SharedPort, start: () => Promise<unknown>): SharedPort & { leave(): void } {
  const waiting = new Map<Opening, [Socket, () => void][]>();
  const takers = new Map<Opening, ConnectionTaker>();
  const enter = (opening: Opening, socket: Socket, decided: () => void): void => {
    const taker = takers.get(opening);
    if (taker !== undefined) {
      taker(socket, decided);
      return;
    }
    waiting.set(opening, [...(waiting.get(opening) ?? []), [socket, decided]]);
    start().catch(() => socket.destroy());
  };
  const stops = (['multistream', 'http'] as const).map((opening) =>
    port.take(opening, (socket, decided) => enter(opening, socket, decided)),
  );
  return {
    ...{ host: port.host, port: port.port, undecided: port.undecided, close: () => port.close() },
    take(opening, taker) {
      takers.set(opening, taker);
      for (const [socket, decided] of waiting.get(opening) ?? []) taker(socket, decided);
      waiting.delete(opening);
      return () => takers.delete(opening);
    },
    leave() {
      for (const stop of stops) stop();
    },
  };
}
