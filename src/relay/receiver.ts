/** The relay as a place where what logs announce is delivered, whichever way they came: over a stream, or on a stick. */
import type { EnvelopeIntake } from '../runtime/intake/envelopes.ts';
import { deliverPack } from '../runtime/packs/delivering.ts';
import type { Receiver } from '../runtime/packs/exchange.ts';
import type { RelayContext } from './context.ts';

export const createReceiver = ({ blobKeeper, profileDesk }: RelayContext, envelopes: EnvelopeIntake): Receiver => ({
  name: 'relay',
  deliver: (pack) => deliverPack(envelopes, pack),
  async takeBlob(hash, bytes) {
    if (!(await blobKeeper.isWanted(hash))) return 'later';
    await blobKeeper.take(hash, bytes);
    return 'taken';
  },
  acceptProfile: profileDesk.accept,
});
