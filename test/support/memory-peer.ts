/** A peer on memory adapters and real cryptography, with waiting that ends by events, never by time. */
import { randomUUID } from 'node:crypto';
import type { Http } from '../../src/core/ports.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { agreementFromSeed, ciphers, clock, random, sha256, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';
import type { Channel, Message, OpenOptions } from '../../src/runtime/api.ts';
import { createPeer } from '../../src/runtime/peer/peer.ts';
import type { PeerPorts } from '../../src/runtime/peer/ports.ts';

export interface MemoryPeerOptions extends OpenOptions {
  http: Http;
  seed?: Uint8Array;
  store?: PeerPorts['store'];
  blobs?: PeerPorts['blobs'];
  more?: Partial<PeerPorts>;
  /** How long a wait really takes. */
  hurry?(ms: number): number;
}

/** For peers that others reach: what is gathered or tried again is so soon, and how long others are waited for stays. */
export const impatient = (ms: number): number => (ms <= 2000 ? Math.min(ms, 50) : ms);

export async function createMemoryPeer({
  http,
  seed = random(32),
  store,
  blobs,
  more,
  hurry = (ms) => Math.min(ms, 100),
  ...options
}: MemoryPeerOptions) {
  const ports: PeerPorts = {
    store: store ?? createMemoryStore({ clock }),
    blobs: blobs ?? createMemoryBlobs({ clock }),
    signer: signerFromSeed(seed),
    agreement: agreementFromSeed(seed),
    logSigner: signerFromSeed(seed.map((byte) => byte ^ 0x55)),
    verifier: createVerifier(),
    ...{ ciphers, sha256, random, clock, http, uuid: randomUUID },
    release: async () => {},
    ...more,
  };
  // Quick retries, since the fake relay answers at once; long enough for it to answer on a busy machine.
  return createPeer(
    { ...ports, clock: { now: ports.clock.now, after: (ms, task) => clock.after(hurry(ms), task) } },
    options,
  );
}

/** The first message of the channel that fits, past or future. */
export async function messageWhere(channel: Channel, fits: (message: Message) => boolean): Promise<Message> {
  return new Promise((resolve, reject) => {
    const stop = channel.on('message', (message) => {
      if (!fits(message)) return;
      stop();
      resolve(message);
    });
    channel.messages({ limit: 500 }).then((messages) => {
      const found = messages.find(fits);
      if (found === undefined) return;
      stop();
      resolve(found);
    }, reject);
  });
}

export async function membersWhere(channel: Channel, fits: (names: string[]) => boolean): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const check = (members: { name: string }[]) => {
      const names = members.map(({ name }) => name).sort();
      if (!fits(names)) return;
      stop();
      resolve(names);
    };
    const stop = channel.on('members', check);
    channel.members().then(check, reject);
  });
}
