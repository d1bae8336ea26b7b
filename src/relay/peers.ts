/**
 * The relay as a peer among peers: what of its state it shares, put together. It keeps all that it is given, reads
 * nothing of it, and carries logs of others with no word of its own in them.
 */

import type { Signer } from '../core/ports.ts';
import type { Transport } from '../core/transport.ts';
import { createIntake } from '../runtime/intake/intake.ts';
import { createLogs } from '../runtime/logs/logs.ts';
import { createBlobTraffic } from '../runtime/network/blob-traffic.ts';
import { createEntryTraffic } from '../runtime/network/entry-traffic.ts';
import { answerNames } from '../runtime/network/names-pipe.ts';
import { createNetwork, type Network } from '../runtime/network/network.ts';
import { createCertificateKeeper } from '../runtime/network/sets/certificates.ts';
import { createLogKeeper } from '../runtime/network/sets/logs.ts';
import { createProfileKeeper } from '../runtime/network/sets/profiles.ts';
import { createScopeKeeper } from '../runtime/network/sets/scopes.ts';
import { createDeliveries } from '../runtime/packs/deliveries.ts';
import type { RelayContext } from './context.ts';
import { namedHere } from './names.ts';
import { createPeerGate, type PeerGate } from './peer-gate.ts';
import { peerSeries } from './peer-metrics.ts';
import { createReceiver } from './receiver.ts';
import { lifeUnder } from './retention.ts';
import { servedOf, setsOf } from './serving.ts';

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
  const intake = createIntake({
    ...{ store, blobs, sha256, clock, pipeline, onError },
    ...{ logBlobs: logs.blobs, put: context.blobKeeper.take, lifeOf: lifeUnder(policy) },
  });
  const deliveries = createDeliveries({ store, sha256, verifier, clock, logs, onError }, [
    createReceiver(context, intake.envelopes),
  ]);
  const { serves } = policy;
  const withoutNames = serves.filter((each) => each !== 'names');
  const gate = await createPeerGate({ store, clock, policy, isLimited: limits.enabled, onError });
  const network = await createNetwork({
    ...{ store, verifier, sha256, random, clock, signer, peer: signer.key, transports, forwards, gate, onError },
    wants: { sets: setsOf(serves), authors: [] },
    allow: (wants, from) => servedOf(wants, gate.mayHaveNames(from) ? serves : withoutNames),
    keepers: [
      createScopeKeeper({ store, pipeline, envelopes: intake.envelopes, clock }),
      createProfileKeeper(store, context.profileDesk, sha256),
      createLogKeeper({ store, logs, sha256, clock, onError }),
      createCertificateKeeper({ store, logs, onError }),
    ],
    entries: createEntryTraffic({ store, logs, wanted: intake.blobs.wanted }),
    blobs: createBlobTraffic({ intake: intake.blobs, clock }),
    name: () => policy.name,
  });
  const stopAnswering = answerNames(network.pipes, clock, (name) => namedHere(context, name));
  const stopDelivering = deliveries.follow(intake.blobs);
  context.peers.network = network;
  context.peers.want = (hashes) => void intake.blobs.wanted.add(hashes).catch(onError);
  house.others.count = () => network.peers().length;
  context.metrics.series('peer', () => peerSeries(network.peers(), gate.refusals()));
  return {
    network,
    gate,
    async close() {
      delete context.peers.network;
      delete context.peers.want;
      stopAnswering();
      house.others.count = () => 0;
      await network.close();
      await stopDelivering();
      await gate.flush();
      await logs.close();
    },
  };
}
