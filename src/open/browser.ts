/**
 * The door to Pipes in a browser: `open({ relay })` gives a peer whose keys and messages stay in this browser, one
 * identity over all its tabs. Needs a secure context (https or localhost).
 */

import type { Signer } from '../core/ports.ts';
import { openBlobs } from '../platform/browser/blobs.ts';
import { ciphers, clock, createVerifier, random, sha256 } from '../platform/browser/crypto.ts';
import { forgetRootSeed, loadOrCreateKeys } from '../platform/browser/keys.ts';
import { openStore } from '../platform/browser/store.ts';
import { createTabs } from '../platform/browser/tabs.ts';
import { createHttp } from '../platform/web/http.ts';
import type { OpenOptions, Peer, Share } from '../runtime/api.ts';
import { createPeer } from '../runtime/peer/peer.ts';
import type { Change } from '../runtime/peer/ports.ts';

export * from '../core/errors.ts';
export type * from '../runtime/api.ts';

export interface BrowserOpenOptions extends OpenOptions {
  /** Names the IndexedDB databases. Another name is another person. */
  databaseName?: string;
  /**
   * Connects with other peers: those known from before, and those that `network.connect` is given. By WebSocket and
   * webrtc-direct to relays, by WebRTC to other browsers. Off by default. `stun`: asked how this browser is seen from outside.
   */
  network?: boolean | { stun?: readonly string[]; share?: Share };
  /** Told of failures that no call waits for. */
  onError?: (error: unknown) => void;
}

/** Rejects with UsageError outside of a secure context, StorageError where the browser keeps nothing. */
export async function open(options: BrowserOpenOptions = {}): Promise<Peer> {
  const { databaseName = 'pipes', network, onError, ...rest } = options;
  const { signer, agreement } = await loadOrCreateKeys(databaseName);
  const logKeys = await loadOrCreateKeys(`${databaseName}-log`);
  // Nobody writes down a log's key: after a restore, a new log names the old one.
  if (logKeys.created) await forgetRootSeed(`${databaseName}-log`);
  const store = await openStore(`${databaseName}-store`, { clock });
  const blobs = await openBlobs(`${databaseName}-blobs`, { clock });
  const verifier = createVerifier();
  const { lead, changes, close } = createTabs<Change>(databaseName);
  const release = async () => {
    close();
    await verifier.close();
    await blobs.close();
    await store.close();
  };
  const joined = network ? await joinNetwork(logKeys.signer, network === true ? {} : network) : undefined;
  return createPeer(
    {
      ...{ store, blobs, verifier, signer, agreement, ciphers, sha256, random, clock, release, lead, changes },
      ...{ http: createHttp(), uuid: () => crypto.randomUUID(), network: watchNetwork, logSigner: logKeys.signer },
      ...joined,
      ...(onError && { onError }),
    },
    rest,
  );
}

/** Loaded only where it is wanted. */
async function joinNetwork(signer: Signer, { share, ...options }: { stun?: readonly string[]; share?: Share }) {
  const { createBrowserTransport } = await import('../platform/browser/libp2p.ts');
  return { transports: [createBrowserTransport({ signer, ...options })], ...(share && { share }) };
}

function watchNetwork(listener: (isThere: boolean) => void): () => void {
  const stop = new AbortController();
  addEventListener('online', () => listener(true), stop);
  addEventListener('offline', () => listener(false), stop);
  return () => stop.abort();
}
