/** A peer without transports: it knows of no other, and says how to have a network. */
import { toHex } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import type { BlobStore, Signer } from '../../core/ports.ts';
import type { Network } from './network.ts';

export function absentNetwork({ logSigner, blobs }: { logSigner: Signer; blobs: BlobStore }): Network {
  const refuse = (what: string): Promise<never> =>
    Promise.reject(
      new UsageError(`Cannot ${what}: this peer was opened without a network; open it with network: true`),
    );
  return {
    key: toHex(logSigner.key),
    addresses: () => [],
    ticket: () => refuse('make ticket'),
    connect: () => refuse('connect'),
    peers: () => [],
    forget: async () => {},
    settled: async () => {},
    on: () => () => {},
    pipes: { open: () => refuse('open pipe'), accept: () => () => {}, close: () => {} },
    want: () => {},
    found: () => {},
    fetch: async (hash) => (await blobs.size(hash)) !== undefined,
    close: async () => {},
  };
}
