/** Packs as bundles need them: made before an export, delivered after an import (spec/02-pigeon.md#packs). */
import type { LogsOfPeer } from '../logs/logs.ts';
import type { Deliveries, PackReport } from './deliveries.ts';
import type { Exchange } from './exchange.ts';
import { announceForks } from './forks.ts';
import { type MakingParts, makePacks } from './making.ts';
import { carriers } from './packed.ts';
import { announceProfiles } from './profiles.ts';
import { announceSealed } from './sealed.ts';

export type { PackReport } from './deliveries.ts';

export interface Packs {
  /** `files`: announces the files of messages, too. */
  make(options: { readonly files: boolean }): Promise<void>;
  /** Delivers once `work` has brought entries and blobs; nothing is delivered meanwhile. */
  deliverAfter<T>(work: () => Promise<T>): Promise<{ readonly done: T; readonly report: PackReport }>;
  /** Logs (keys in hex) whose announcements counted here: they go along as they are. */
  carriers(): Promise<readonly string[]>;
}

export interface PacksParts extends Omit<MakingParts, 'own' | 'blobs'> {
  readonly logs: LogsOfPeer;
  readonly deliveries: Deliveries;
}

export function createPacks({ logs, deliveries, ...parts }: PacksParts, exchanges: readonly Exchange[]): Packs {
  const making: MakingParts = { ...parts, own: logs.ownLog, blobs: logs.blobs };
  for (const { name, blob } of exchanges) logs.blobs.pieces.from(name, blob);
  return {
    make: ({ files }) =>
      deliveries.inTurn(async () => {
        await announceForks(making, logs);
        for (const exchange of exchanges) {
          await announceProfiles(making, exchange);
          await makePacks(making, exchange);
          if (files) await announceSealed(making, exchange);
        }
      }),
    deliverAfter: (work) =>
      deliveries.inTurn(async () => {
        const done = await work();
        return { done, report: await deliveries.deliver() };
      }),
    carriers: () => carriers(parts.store),
  };
}
