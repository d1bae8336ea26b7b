/** What logs are made of. */
import type { BlobStore, Clock, LogDialect, Sha256, Signer, Store, Verifier } from '../../core/ports.ts';

export interface LogPorts {
  readonly store: Store;
  readonly blobs: BlobStore;
  /** Signs the own log: the key of this installation. */
  readonly logSigner: Signer;
  /** Vouches for a new log in its first entry; absent where the log's key came from elsewhere. */
  readonly signer?: Signer;
  readonly verifier: Verifier;
  readonly sha256: Sha256;
  readonly clock: Pick<Clock, 'now'>;
  /** Of a new log; 2020-06 by default. */
  readonly dialect?: LogDialect;
  readonly onError?: (error: unknown) => void;
}
