/**
 * Delivers what other logs announce (packs, profiles, forks, files), however entries and blobs came: after an import, and
 * soon after a stream has brought some. One delivery at a time.
 */
import { toHex } from '../../core/bytes.ts';
import type { Clock, Verifier } from '../../core/ports.ts';
import type { BlobIntake } from '../intake/blobs.ts';
import type { LogsOfPeer } from '../logs/logs.ts';
import { added, type Delivered, NOTHING, type Receiver } from './exchange.ts';
import { readForks } from './forks.ts';
import { PACK_KIND } from './making.ts';
import { notePack } from './packed.ts';
import { readProfiles } from './profiles.ts';
import { authenticPack, blobsBy, type ReadingParts, readAnnounced, withBlob } from './reading.ts';
import { deliverSealed } from './sealed.ts';

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

export interface Deliveries {
  /** Nothing is delivered meanwhile. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Delivers what is here. Only in turn. */
  deliver(): Promise<PackReport>;
  /** Delivers soon, whenever entries or blobs arrive from then on. The result ends that. */
  follow(blobs: BlobIntake): () => Promise<void>;
}

export interface DeliveriesParts extends Omit<ReadingParts, 'blobs' | 'own'> {
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly logs: LogsOfPeer;
  readonly onError?: (error: unknown) => void;
}

/** How long arrivals are gathered, or ten times as long as it took the last time. */
const SOON_MS = 30;

export function createDeliveries(parts: DeliveriesParts, receivers: readonly Receiver[]): Deliveries {
  const { logs, clock } = parts;
  const reading: ReadingParts = { ...parts, blobs: logs.blobs, own: logs.ownLog.author };
  let lane: Promise<unknown> = Promise.resolve();
  const deliverTo = async (receiver: Receiver): Promise<PackReport> => {
    let packsRefused = 0;
    let sum = NOTHING;
    const profiles = await readProfiles(reading, receiver);
    const take = async (bytes: Uint8Array, author: Uint8Array): Promise<void> => {
      const pack = await authenticPack(parts.verifier, bytes, author);
      if (pack === undefined) return void packsRefused++;
      const delivered = await receiver.deliver(pack);
      sum = added(sum, delivered);
      const isTaken = delivered.refused === 0 && delivered.delivered + delivered.known > 0;
      if (isTaken) await notePack(parts.store, parts.sha256, pack, toHex(author));
    };
    await readAnnounced(reading, blobsBy(PACK_KIND), receiver.name, withBlob(reading, take));
    return { ...sum, profiles, packsRefused, ...(await deliverSealed(reading, receiver)) };
  };
  const deliver = async (): Promise<PackReport> => {
    const reports: PackReport[] = [];
    for (const receiver of receivers) reports.push(await deliverTo(receiver));
    await readForks(reading, logs, receivers[0]?.name ?? '');
    return reports.reduce(greater);
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = lane.then(work);
    lane = turn.catch(() => undefined);
    return turn;
  };

  return {
    inTurn,
    deliver,
    follow(blobs) {
      let isPlanned = false;
      let isOver = false;
      let wait = SOON_MS;
      let cancel = (): void => {};
      const run = async (): Promise<void> => {
        isPlanned = false;
        if (isOver) return;
        const begun = clock.now();
        await deliver().catch((error) => {
          if (!isOver) parts.onError?.(error);
        });
        wait = Math.max(SOON_MS, 10 * (clock.now() - begun));
      };
      const soon = (): void => {
        if (isPlanned || isOver) return;
        isPlanned = true;
        cancel = clock.after(wait, () => void inTurn(run));
      };
      const stops = [logs.onNews(soon), blobs.wanted.on({ got: soon })];
      soon();
      return async () => {
        isOver = true;
        cancel();
        for (const stop of stops) stop();
        await lane;
      };
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
