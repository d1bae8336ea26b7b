/** Takes a pack's envelopes along the line that all envelopes take: they were admitted elsewhere, and are verified here. */
import type { AdmissionRecord } from '../../core/admission.ts';
import { toHex } from '../../core/bytes.ts';
import { decodeEnvelope, type Envelope, envelopeId } from '../../core/envelope/envelope.ts';
import { fitsScope, signedTime } from '../../core/envelope/placement.ts';
import { DecodeError } from '../../core/errors.ts';
import type { Pack } from '../../core/pack.ts';
import type { Clock, Sha256 } from '../../core/ports.ts';
import type { Arrival, Pipeline } from '../pipeline/types.ts';
import { added, type Delivered, NOTHING } from './exchange.ts';

export interface DeliveringParts {
  readonly pipeline: Pipeline;
  readonly sha256: Sha256;
  readonly clock: Pick<Clock, 'now'>;
}

export async function deliverPack(parts: DeliveringParts, pack: Pack): Promise<Delivered> {
  const records = new Map(pack.records.map((record) => [toHex(record.id), record]));
  let sum = NOTHING;
  for (const bytes of pack.envelopes) {
    const arrival = arrivalOf(parts, pack.scope, bytes, records);
    sum = added(sum, arrival === undefined ? REFUSED : await placed(parts.pipeline, arrival));
  }
  return sum;
}

const REFUSED: Delivered = { ...NOTHING, refused: 1 };

async function placed(pipeline: Pipeline, arrival: Arrival): Promise<Delivered> {
  const { kind } = await pipeline.admit(arrival);
  if (kind === 'stored') return { ...NOTHING, delivered: 1 };
  return kind === 'known' ? { ...NOTHING, known: 1 } : REFUSED;
}

/** Undefined for what is no envelope, has no record, or does not belong there. */
function arrivalOf(
  { sha256, clock }: DeliveringParts,
  scope: string,
  bytes: Uint8Array,
  records: ReadonlyMap<string, AdmissionRecord>,
): Arrival | undefined {
  try {
    const envelope: Envelope = decodeEnvelope(bytes);
    const record = records.get(toHex(envelopeId(sha256, envelope)));
    if (record === undefined || !fitsScope(envelope, scope)) return undefined;
    const time = signedTime(envelope) ?? record.received;
    return { envelope, scope, time, received: clock.now(), expires: record.expires, hint: '', via: 'sync' };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
