/** The network of a peer: what of its state it shares, put together. */
import { mailboxScope } from '../../core/scope.ts';
import { FORKS, LOGS, PROFILES } from '../../core/sync/session/wants.ts';
import type { Transport } from '../../core/transport.ts';
import type { LogsOfPeer } from '../logs/logs.ts';
import type { PeerPorts } from '../peer/ports.ts';
import type { Pipeline } from '../pipeline/types.ts';
import { attachedTo } from './attached.ts';
import { createBlobTraffic } from './blob-traffic.ts';
import { createEntryTraffic } from './entry-traffic.ts';
import { createNetwork, type Network } from './network.ts';
import { createLogKeeper } from './sets/logs.ts';
import { createProfileKeeper, type Profiles } from './sets/profiles.ts';
import { createScopeKeeper } from './sets/scopes.ts';
import { createShelf } from './shelf.ts';

export interface PeerNetworkParts {
  readonly ports: PeerPorts;
  readonly transports: readonly Transport[];
  readonly pipeline: Pipeline;
  readonly profiles: Profiles;
  readonly logs: LogsOfPeer;
  readonly dot1: string;
  name(): string;
}

/** Everything that a peer holds: all channels, its own mailbox, profiles, and logs. */
export function createPeerNetwork({ ports, logs, pipeline, profiles, ...parts }: PeerNetworkParts): Promise<Network> {
  const { store, blobs, sha256, clock, verifier, random, signer, logSigner, onError } = ports;
  const told = onError === undefined ? {} : { onError };
  return createNetwork({
    ...{ store, verifier, sha256, random, clock, signer, peer: logSigner.key, transports: parts.transports },
    keepers: [
      createScopeKeeper({ store, pipeline, sha256, clock, blobsOf: async (envelope) => attachedTo(envelope) }),
      createProfileKeeper(store, profiles),
      createLogKeeper({ store, logs, sha256, verifier, clock, ...told }),
    ],
    entries: createEntryTraffic({ store, logs }),
    blobs: createBlobTraffic({ store, sha256, shelf: createShelf(blobs, logs.blobs) }),
    wants: { sets: ['channel:*', mailboxScope(parts.dot1), PROFILES, LOGS, FORKS], authors: [] },
    name: parts.name,
    ...told,
  });
}
