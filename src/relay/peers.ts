/**
 * The relay as a peer among peers: what of its state it shares, put together. It keeps all that it is given, reads
 * nothing of it, and carries logs of others with no word of its own in them.
 */

import type { Signer } from '../core/ports.ts';
import { CHANNEL_PREFIX, MAILBOX_PREFIX } from '../core/scope.ts';
import type { Transport } from '../core/transport.ts';
import { createLogs } from '../runtime/logs/logs.ts';
import { attachedTo } from '../runtime/network/attached.ts';
import { createBlobTraffic } from '../runtime/network/blob-traffic.ts';
import { createEntryTraffic } from '../runtime/network/entry-traffic.ts';
import { answerNames } from '../runtime/network/names-pipe.ts';
import { createNetwork, type Network } from '../runtime/network/network.ts';
import { createCertificateKeeper } from '../runtime/network/sets/certificates.ts';
import { createLogKeeper } from '../runtime/network/sets/logs.ts';
import { createProfileKeeper } from '../runtime/network/sets/profiles.ts';
import { createScopeKeeper } from '../runtime/network/sets/scopes.ts';
import { createShelf } from '../runtime/network/shelf.ts';
import type { RelayContext } from './context.ts';
import { namedHere } from './names.ts';
import { createPeerGate, type PeerGate } from './peer-gate.ts';
import { peerSeries } from './peer-metrics.ts';
import { servedOf, setsOf } from './serving.ts';

const DAY_MS = 86_400_000;

export interface RelayPeers {
  readonly network: Network;
  readonly gate: PeerGate;
  close(): Promise<void>;
}

/** `signer`: the relay's own key, which is its transports' too. */
export async function joinPeers(
  context: RelayContext,
  { signer, transports, forwards = false }: { signer: Signer; transports: readonly Transport[]; forwards?: boolean },
): Promise<RelayPeers> {
  const { store, blobs, clock, random, verifier, house, policy, limits, log } = context;
  const { sha256, pipeline } = house;
  const onError = (error: unknown): void => log.error({ err: error }, 'The exchange with a peer failed');
  const logs = await createLogs({ store, blobs, logSigner: signer, verifier, sha256, clock, onError });
  const days = (scope: string): number => {
    if (scope.startsWith(CHANNEL_PREFIX)) return policy.channelRetentionDays;
    return scope.startsWith(MAILBOX_PREFIX) ? policy.mailboxRetentionDays : 0;
  };
  const { serves } = policy;
  const withoutNames = serves.filter((each) => each !== 'names');
  const gate = await createPeerGate({ store, clock, policy, isLimited: limits.enabled, onError });
  const network = await createNetwork({
    ...{ store, verifier, sha256, random, clock, signer, peer: signer.key, transports, forwards, gate, onError },
    wants: { sets: setsOf(serves), authors: [] },
    allow: (wants, from) => servedOf(wants, gate.mayHaveNames(from) ? serves : withoutNames),
    keepers: [
      createScopeKeeper({
        ...{ store, pipeline, sha256, clock },
        lifeOf: (scope, time) => (days(scope) === 0 ? 0 : time + days(scope) * DAY_MS),
        blobsOf: async (envelope) => attachedTo(envelope),
      }),
      createProfileKeeper(store, context.profileDesk, sha256),
      createLogKeeper({ store, logs, sha256, verifier, clock, onError }),
      createCertificateKeeper({ store, logs, onError }),
    ],
    entries: createEntryTraffic({ store, logs }),
    blobs: createBlobTraffic({ store, sha256, clock, shelf: createShelf(blobs, logs.blobs, context.blobKeeper.take) }),
    name: () => policy.name,
  });
  const stopAnswering = answerNames(network.pipes, clock, (name) => namedHere(context, name));
  context.peers.network = network;
  house.others.count = () => network.peers().length;
  context.metrics.series('peer', () => peerSeries(network.peers(), gate.refusals()));
  return {
    network,
    gate,
    async close() {
      delete context.peers.network;
      stopAnswering();
      house.others.count = () => 0;
      await network.close();
      await gate.flush();
      await logs.close();
    },
  };
}
