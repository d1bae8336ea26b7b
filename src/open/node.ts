/**
 * The door to Pipes in Node: `open({ dataDir })` gives a peer with an identity of its own, its state on disk.
 *
 *   const peer = await open({ dataDir: './me', relay: 'http://localhost:4100', name: 'Ada' });
 *   peer.channel('main').on('message', (message) => console.log(message.author.name, message.text));
 *   await peer.channel('main').send('hello');
 */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBlobs } from '../platform/node/blobs.ts';
import { bundles } from '../platform/node/bundle.ts';
import { ciphers, clock, random, sha256 } from '../platform/node/crypto.ts';
import { loadOrCreateKeys } from '../platform/node/keys.ts';
import { loadOrCreateLogKey } from '../platform/node/log-key.ts';
import { openStore } from '../platform/node/store.ts';
import { createVerifier } from '../platform/node/verifier.ts';
import { createHttp } from '../platform/web/http.ts';
import type { OpenOptions, Peer, Share } from '../runtime/api.ts';
import type { Exchange } from '../runtime/packs/exchange.ts';
import { createPeer } from '../runtime/peer/peer.ts';

export * from '../core/errors.ts';
export type * from '../runtime/api.ts';

export interface NodeOpenOptions extends OpenOptions {
  /** Folder for keys, messages and files; made where it is missing. One process at a time. Default ./data. */
  dataDir?: string;
  /** Where the key file is, or shall be, under a passphrase. */
  passphrase?: string;
  /** What else keeps messages on this installation, such as its relay: bundles carry them too. */
  exchanges?: readonly Exchange[];
  /** Connects with other peers: those known from before, and those that `network.connect` is given. Off by default. */
  network?: boolean | NetworkOptions;
  /** Told of failures that no call waits for; by default they are dropped, as status() carries what matters. */
  onError?: (error: unknown) => void;
}

export interface NetworkOptions {
  /** 0, the default, takes a free one; "off" dials only. */
  port?: number | 'off';
  /** All addresses where none is given. */
  host?: string;
  /** Hosts that others are told instead of this machine's own addresses, as behind a port that is forwarded. */
  announce?: string[];
  /** What is wanted of other peers; all of it by default. */
  share?: Share;
  /**
   * Straight ways between peers behind NATs, by WebRTC; `stun` (stun:host:port) are asked how this peer is seen from outside,
   * as `pipes relay` answers. Its native library is a risk to the process (decisions/0020-transports.md): off by default.
   */
  webrtc?: { stun: string[] };
}

/**
 * With a relay or a network the process stays until the peer is closed. Rejects with StorageError where the folder is in
 * use or damaged, VerificationError for a wrong passphrase.
 */
export async function open(options: NodeOpenOptions = {}): Promise<Peer> {
  const { dataDir = './data', passphrase, exchanges, network, onError, ...rest } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const keys = await loadOrCreateKeys(dataDir, passphrase === undefined ? {} : { passphrase });
  const logKey = await loadOrCreateLogKey(dataDir, passphrase === undefined ? {} : { passphrase });
  const store = await openStore(join(dataDir, 'peer.db'), { clock });
  const blobs = await openBlobs(join(dataDir, 'peer-blobs'), { clock });
  const verifier = createVerifier();
  const joined = network ? await joinNetwork(logKey.seed, network === true ? {} : network) : undefined;
  const letGo = rest.relay === undefined && joined === undefined ? undefined : holdProcess();
  const release = async () => {
    letGo?.();
    await joined?.close();
    await verifier.close();
    await blobs.close();
    await store.close();
  };
  const { signer, agreement } = keys;
  return createPeer(
    {
      ...{ store, blobs, verifier, signer, agreement, ciphers, sha256, random, clock, release },
      ...{ http: createHttp(), bundles, uuid: randomUUID, logSigner: logKey.signer, certifiesLog: logKey.isOwn },
      ...(exchanges && { exchanges }),
      ...(joined && { transports: joined.transports, discover: joined.discover }),
      ...(typeof network === 'object' && network.share && { share: network.share }),
      ...(onError && { onError }),
    },
    rest,
  ).catch(async (error) => {
    await release();
    throw error;
  });
}

/** A peer that others reach stays until it is closed, also while there is no connection and the clock alone is waited for. */
function holdProcess(): () => void {
  const held = setInterval(() => {}, 2 ** 31 - 1);
  return () => clearInterval(held);
}

/** Loaded only where it is wanted. */
async function joinNetwork(seed: Uint8Array, { share: _, ...options }: NetworkOptions) {
  const { openNodeNetwork } = await import('../platform/node/network.ts');
  return openNodeNetwork({ seed, port: 0, ...options });
}
