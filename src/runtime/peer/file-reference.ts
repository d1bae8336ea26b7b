/** A sealed file as a message shows it: fetched, verified and opened only when it is read. */
import { toHex } from '../../core/bytes.ts';
import type { AbortSignalLike } from '../../core/ports.ts';
import type { SealedFile } from '../../core/seal/file.ts';
import type { FileReference } from '../api.ts';
import { openFile } from '../files.ts';
import type { PeerPorts } from './ports.ts';
import type { RelayClient } from './relay-client.ts';

export function fileReference(ports: PeerPorts, relay: RelayClient | undefined, file: SealedFile): FileReference {
  const { name, type, size } = file;
  return {
    ...{ name, type, size },
    read: ({ signal } = {}) =>
      openFile(file, (hash) => fetchBlob(ports, relay, hash, signal), ports, signal ? { signal } : {}),
  };
}

/** From here, else from the relay; kept here only under the name that its bytes have. */
async function fetchBlob(
  ports: PeerPorts,
  relay: RelayClient | undefined,
  hash: string,
  signal?: AbortSignalLike,
): Promise<Uint8Array | undefined> {
  const own = await ports.blobs.get(hash);
  if (own) return own;
  const fetched = await relay?.getBlob(hash, signal);
  if (fetched === undefined || toHex(ports.sha256(fetched)) !== hash) return undefined;
  await ports.blobs.put(hash, fetched);
  return fetched;
}
