/** What a peer is made of: the adapters that src/open/ puts together for Node and for the browser. */
import type { Bundles } from '../../core/bundle/bundle.ts';
import type {
  AbortSignalLike,
  Agreement,
  BlobStore,
  Ciphers,
  Clock,
  Http,
  Random,
  Sha256,
  Signer,
  Store,
  Verifier,
} from '../../core/ports.ts';
import type { Transport } from '../../core/transport.ts';
import type { Status } from '../api.ts';
import type { Share } from '../api-network.ts';
import type { Exchange } from '../packs/exchange.ts';

/** The connection as it stands, and why it does not where it does not. */
export interface Connection {
  readonly connection: Status['connection'];
  readonly problem?: string | undefined;
}

/** What one tab tells the others that share its store. */
export type Change =
  | { kind: 'arrived'; scope: string }
  | { kind: 'outbox' | 'profiles' | 'self' }
  | { kind: 'status'; now: Connection };

export interface PeerPorts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly signer: Signer;
  readonly agreement: Agreement;
  /** The key of this installation's log. */
  readonly logSigner: Signer;
  /** The log's key was made here, so that its first entry is the identity's certificate; true by default. */
  readonly certifiesLog?: boolean;
  readonly verifier: Verifier;
  readonly ciphers: Ciphers;
  readonly sha256: Sha256;
  readonly random: Random;
  readonly clock: Clock;
  readonly http: Http;
  /** What else keeps messages on this installation, such as its relay: bundles carry them too. */
  readonly exchanges?: readonly Exchange[];
  /** By which other peers are reached directly. Their key is that of `logSigner`. */
  readonly transports?: readonly Transport[];
  /** What is wanted of other peers; all of it by default. */
  readonly share?: Share;
  /** Tells of peers on the local network from now on. */
  readonly discover?: (
    found: (peer: { readonly key: Uint8Array; readonly addresses: readonly string[] }) => void,
  ) => Promise<void>;
  /** Where folders can be reached. */
  readonly bundles?: Bundles;
  /** A message id, such as crypto.randomUUID makes. */
  readonly uuid: () => string;
  /** Where several peers share one store (tabs): exactly one at a time runs the task. At once where it is not given. */
  readonly lead?: (task: (signal: AbortSignalLike) => Promise<void>) => () => void;
  /** Where several peers share one store: what another changed in it. */
  readonly changes?: { announce(change: Change): void; on(listener: (change: Change) => void): () => void };
  /** Tells when the device loses its network (false) and when it has one again (true); returns what ends that. */
  readonly network?: (listener: (isThere: boolean) => void) => () => void;
  /** Told of failures that no caller waits for. */
  readonly onError?: (error: unknown) => void;
  /** Ends the adapters; called last by close(). */
  readonly release: () => Promise<void>;
}
