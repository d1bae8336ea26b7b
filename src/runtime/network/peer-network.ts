/** The network of a peer: what of its state it shares, put together. */
import type { Transport } from '../../core/transport.ts';
import type { Intake } from '../intake/intake.ts';
import type { LogsOfPeer } from '../logs/logs.ts';
import type { PeerPorts } from '../peer/ports.ts';
import type { Pipeline } from '../pipeline/types.ts';
import { createBlobTraffic } from './blob-traffic.ts';
import { createEntryTraffic } from './entry-traffic.ts';
import { createNetwork, type Network } from './network.ts';
import { createCertificateKeeper } from './sets/certificates.ts';
import { createLogKeeper } from './sets/logs.ts';
import { createProfileKeeper, type Profiles } from './sets/profiles.ts';
import { createScopeKeeper } from './sets/scopes.ts';
import { wantsOf } from './wants.ts';

export interface PeerNetworkParts {
  readonly ports: PeerPorts;
  readonly transports: readonly Transport[];
  readonly pipeline: Pipeline;
  readonly intake: Intake;
  readonly profiles: Profiles;
  readonly logs: LogsOfPeer;
  readonly dot1: string;
  name(): string;
}

/** Between two looks at who is followed: the first is at once. */
const RENEW_MS = 200;
/** What a peer holds: channels, its own mailbox, profiles, and logs, all of them unless `share` says otherwise. */
export async function createPeerNetwork({
  ports,
  logs,
  pipeline,
  intake,
  profiles,
  ...parts
}: PeerNetworkParts): Promise<Network> {
  const { share = {} } = ports;
  const { store, sha256, clock, verifier, random, signer, logSigner, onError } = ports;
  const told = onError === undefined ? {} : { onError };
  const network = await createNetwork({
    ...{ store, verifier, sha256, random, clock, signer, peer: logSigner.key, transports: parts.transports },
    keepers: [
      createScopeKeeper({ store, pipeline, envelopes: intake.envelopes, clock }),
      createProfileKeeper(store, profiles, sha256),
      createLogKeeper({ store, logs, sha256, clock, ...told }),
      createCertificateKeeper({ store, logs, ...told }),
    ],
    entries: createEntryTraffic({ store, logs, wanted: intake.blobs.wanted }),
    blobs: createBlobTraffic({ intake: intake.blobs, clock }),
    wants: await wantsOf(share, parts.dot1, logs),
    name: parts.name,
    ...told,
  });
  if (share.logs !== 'followed') return network;
  // Whom one follows changes, and what those say whom they follow.
  let isLooking = false;
  let again = false;
  const look = async (): Promise<void> => {
    again = true;
    if (isLooking) return;
    for (isLooking = true; again; ) {
      again = false;
      network.want(await wantsOf(share, parts.dot1, logs));
      await new Promise<void>((resolve) => void clock.after(RENEW_MS, resolve));
    }
    isLooking = false;
  };
  const stop = logs.onNews(() => void look().catch(onError));
  return {
    ...network,
    close() {
      stop();
      return network.close();
    },
  };
}
