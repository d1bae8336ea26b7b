/** The network of a peer: what of its state it shares, put together. */
import { fromHex } from '../../core/bytes.ts';
import { channelScope, mailboxScope } from '../../core/scope.ts';
import { CERTIFICATES, FORKS, LOGS, PROFILES, type Wants } from '../../core/sync/session/wants.ts';
import type { Transport } from '../../core/transport.ts';
import type { Share } from '../api-network.ts';
import type { LogsOfPeer } from '../logs/logs.ts';
import type { PeerPorts } from '../peer/ports.ts';
import type { Pipeline } from '../pipeline/types.ts';
import { attachedTo } from './attached.ts';
import { createBlobTraffic } from './blob-traffic.ts';
import { createEntryTraffic } from './entry-traffic.ts';
import { createNetwork, type Network } from './network.ts';
import { createCertificateKeeper } from './sets/certificates.ts';
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

/** Between two looks at who is followed: the first is at once. */
const RENEW_MS = 200;
/** With the sets, no more than one message of wants may name. */
const MOST_AUTHORS = 900;

/** What a peer holds: channels, its own mailbox, profiles, and logs, all of them unless `share` says otherwise. */
export async function createPeerNetwork({
  ports,
  logs,
  pipeline,
  profiles,
  ...parts
}: PeerNetworkParts): Promise<Network> {
  const { share = {} } = ports;
  const { store, blobs, sha256, clock, verifier, random, signer, logSigner, onError } = ports;
  const told = onError === undefined ? {} : { onError };
  const network = await createNetwork({
    ...{ store, verifier, sha256, random, clock, signer, peer: logSigner.key, transports: parts.transports },
    keepers: [
      createScopeKeeper({ store, pipeline, sha256, clock, blobsOf: async (envelope) => attachedTo(envelope) }),
      createProfileKeeper(store, profiles, sha256),
      createLogKeeper({ store, logs, sha256, verifier, clock, ...told }),
      createCertificateKeeper({ store, logs, ...told }),
    ],
    entries: createEntryTraffic({ store, logs }),
    blobs: createBlobTraffic({ store, sha256, clock, shelf: createShelf(blobs, logs.blobs) }),
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

async function wantsOf(share: Share, dot1: string, logs: LogsOfPeer): Promise<Wants> {
  const channels = share.channels === undefined ? ['channel:*'] : share.channels.map(channelScope);
  const sets = [...channels, mailboxScope(dot1), PROFILES, FORKS];
  if (share.logs === 'certificates') return { sets: [...sets, CERTIFICATES], authors: [] };
  if (share.logs === 'none') return { sets, authors: [] };
  if (share.logs !== 'followed') return { sets: [...sets, LOGS], authors: [] };
  const followed = await logs.followed(share.distance ?? 1);
  const keys = [...followed, logs.ownLog.author].slice(-MOST_AUTHORS);
  return { sets: [...sets, CERTIFICATES], authors: keys.flatMap((key) => fromHex(key, 32) ?? []) };
}
