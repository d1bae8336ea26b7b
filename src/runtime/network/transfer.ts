/**
 * Files of any size from peer to peer by their name alone: fetched in chunks from whoever has them, several at once, each
 * checked before it is kept, so that a transfer goes on where it stopped.
 */
import { toHex } from '../../core/bytes.ts';
import { RemoteError } from '../../core/errors.ts';
import { decodeFileManifest, isFileManifest } from '../../core/log/manifest.ts';
import type { TransferOptions } from '../api-direct.ts';
import type { LogsOfPeer } from '../logs/logs.ts';
import { blobHashOf } from '../logs/names.ts';
import { sideBySide } from '../peer/side-by-side.ts';

const AHEAD = 32;

export interface Transfer {
  get(id: string, options?: TransferOptions): AsyncIterable<Uint8Array>;
}

export function createTransfer(logs: LogsOfPeer, fetch: (hash: string) => Promise<boolean>): Transfer {
  const demand = async (hash: string, what: string): Promise<void> => {
    if (!(await fetch(hash))) throw new RemoteError(`Cannot fetch file: nobody who is connected has ${what}`);
  };
  return {
    async *get(id, options = {}) {
      const top = toHex(blobHashOf(id));
      await demand(top, 'it');
      const bytes = await logs.blobs.get(top);
      if (bytes !== undefined && isFileManifest(bytes)) {
        const { size, chunks } = decodeFileManifest(bytes);
        const line = sideBySide(AHEAD);
        let done = 0;
        for (const [index, chunk] of chunks.entries()) {
          if (options.signal?.aborted === true) throw new RemoteError('Cannot fetch file: it was cancelled');
          await line.begin(async () => {
            await demand(toHex(chunk), `chunk ${index + 1} of ${chunks.length}`);
            done += size / chunks.length;
            options.onProgress?.({ bytes: Math.min(Math.round(done), size), total: size });
          });
        }
        await line.all();
      }
      yield* logs.files.get(id, options.signal ? { signal: options.signal } : {});
    },
  };
}
