/** Packs as bundles need them: made before an export, delivered after an import (spec/02-pigeon.md#packs). */
import type { Verifier } from '../../core/ports.ts';
import { added, type Delivered, type Exchange, NOTHING } from './exchange.ts';
import { type MakingParts, makePacks, PACK_KIND } from './making.ts';
import { announceProfiles, readProfiles } from './profiles.ts';
import { authenticPack, blobsBy, readAnnounced, withBlob } from './reading.ts';
import { announceSealed, deliverSealed } from './sealed.ts';

export interface PackReport extends Delivered {
  /** Profiles that were new. */
  readonly profiles: number;
  /** Packs that are damaged, or not their log's own. */
  readonly packsRefused: number;
  /** Sealed blobs of messages' files that are now here whole. */
  readonly files: number;
  /** Those whose pieces are not what they are named, or no sealed blob. */
  readonly filesRefused: number;
}

export interface Packs {
  /** `files`: announces the files of messages, too. */
  make(options: { readonly files: boolean }): Promise<void>;
  deliver(): Promise<PackReport>;
}

export function createPacks(parts: MakingParts & { verifier: Verifier }, exchanges: readonly Exchange[]): Packs {
  const reading = { ...parts, own: parts.own.author };
  for (const { name, blob } of exchanges) parts.blobs.pieces.from(name, blob);
  const deliverTo = async (exchange: Exchange): Promise<PackReport> => {
    let packsRefused = 0;
    let sum = NOTHING;
    const profiles = await readProfiles(reading, exchange);
    const take = async (bytes: Uint8Array, author: Uint8Array): Promise<void> => {
      const pack = await authenticPack(parts.verifier, bytes, author);
      if (pack === undefined) packsRefused++;
      else sum = added(sum, await exchange.deliver(pack));
    };
    await readAnnounced(reading, blobsBy(PACK_KIND), exchange.name, withBlob(reading, take));
    return { ...sum, profiles, packsRefused, ...(await deliverSealed(reading, exchange)) };
  };
  return {
    async make({ files }) {
      for (const exchange of exchanges) {
        await announceProfiles(parts, exchange);
        await makePacks(parts, exchange);
        if (files) await announceSealed(parts, exchange);
      }
    },
    async deliver() {
      const reports: PackReport[] = [];
      for (const exchange of exchanges) reports.push(await deliverTo(exchange));
      return reports.reduce(greater);
    },
  };
}

/** The same message goes to each exchange: what is told is how many messages, not how many places. */
const greater = (a: PackReport, b: PackReport): PackReport => ({
  delivered: Math.max(a.delivered, b.delivered),
  known: Math.max(a.known, b.known),
  refused: Math.max(a.refused, b.refused),
  profiles: Math.max(a.profiles, b.profiles),
  packsRefused: Math.max(a.packsRefused, b.packsRefused),
  files: Math.max(a.files, b.files),
  filesRefused: Math.max(a.filesRefused, b.filesRefused),
});
