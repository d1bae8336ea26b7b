import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { RemoteError } from '../../core/errors.ts';
import type { Http } from '../../core/ports.ts';
import type { Transport } from '../../core/transport.ts';
import { createMemoryBlobs } from '../../platform/memory/blobs.ts';
import { createMemoryStore } from '../../platform/memory/store.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../platform/memory/transport.ts';
import { agreementFromSeed, ciphers, clock, random, sha256, signerFromSeed } from '../../platform/node/crypto.ts';
import { createVerifier } from '../../platform/node/verifier.ts';
import type { Peer } from '../api.ts';
import { createPeer } from '../peer/peer.ts';

const noHttp: Http = {
  request: () => Promise.reject(new RemoteError('no relay here')),
  events: () => assert.fail('no relay here'),
};

interface Made {
  readonly peer: Peer;
  readonly transport: Transport;
}

async function make(t: TestContext, net: MemoryNetwork, name: string): Promise<Made> {
  const seed = random(32);
  const logSigner = signerFromSeed(random(32));
  const transport = net.transport(logSigner.key, { name: `${name}-${randomUUID()}` });
  const verifier = createVerifier();
  const peer = await createPeer(
    {
      ...{ store: createMemoryStore({ clock }), blobs: createMemoryBlobs({ clock }), verifier },
      ...{ signer: signerFromSeed(seed), agreement: agreementFromSeed(seed), logSigner, transports: [transport] },
      ...{ ciphers, sha256, random, clock, http: noHttp, uuid: randomUUID, release: verifier.close },
      onError: (error) => t.diagnostic(String(error)),
    },
    { name },
  );
  t.after(() => peer.close());
  return { peer, transport };
}

/** Resolves once it holds; checked whenever `on` says that something changed. */
const until = (holds: () => boolean | Promise<boolean>, on: (look: () => void) => () => void): Promise<void> =>
  new Promise((resolve) => {
    const look = async (): Promise<void> => {
      if (!(await holds())) return;
      stop();
      resolve();
    };
    const stop = on(() => void look());
    void look();
  });

const texts = async (peer: Peer, channel = 'main'): Promise<(string | undefined)[]> =>
  (await peer.channel(channel).messages()).map(({ text }) => text).sort();

const hasTexts = (peer: Peer, count: number): Promise<void> =>
  until(
    async () => (await texts(peer)).filter((text) => text !== undefined).length >= count,
    (look) => peer.channel('main').on('message', look),
  );

test('two peers joined by a ticket share what was said before and after', async (t) => {
  const net = createMemoryNetwork();
  const [ann, ben] = [await make(t, net, 'Ann'), await make(t, net, 'Ben')];
  await ann.peer.channel('main').join();
  await ben.peer.channel('main').join();
  await ben.peer.network.connect(await ann.peer.network.ticket());
  await until(
    async () =>
      (await ann.peer.channel('main').members()).length === 2 &&
      (await ben.peer.channel('main').members()).length === 2,
    (look) => {
      const stops = [ann, ben].map(({ peer }) => peer.channel('main').on('members', look));
      return () => stops.forEach((stop) => void stop());
    },
  );
  await ann.peer.channel('main').send('hello from Ann');
  await ben.peer.channel('main').send('hello from Ben');
  await Promise.all([hasTexts(ann.peer, 2), hasTexts(ben.peer, 2)]);
  assert.deepEqual(await texts(ann.peer), ['hello from Ann', 'hello from Ben']);
  assert.deepEqual(await texts(ben.peer), ['hello from Ann', 'hello from Ben']);
  const [seen] = ann.peer.network.peers();
  assert.deepEqual([seen?.name, seen?.isConnected, seen?.identity], ['Ben', true, ben.peer.identity.key]);
});
