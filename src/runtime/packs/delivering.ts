/** Takes a pack's envelopes in like any others that another peer admitted (runtime/intake). */
import type { AdmissionRecord } from '../../core/admission.ts';
import { toHex } from '../../core/bytes.ts';
import type { Pack } from '../../core/pack.ts';
import type { EnvelopeIntake } from '../intake/envelopes.ts';
import { added, type Delivered, NOTHING } from './exchange.ts';

export async function deliverPack(intake: EnvelopeIntake, pack: Pack): Promise<Delivered> {
  const records = new Map(pack.records.map((record) => [toHex(record.id), record]));
  let sum = NOTHING;
  for (const bytes of pack.envelopes) sum = added(sum, await taken(intake, pack.scope, bytes, records));
  return sum;
}

const REFUSED: Delivered = { ...NOTHING, refused: 1 };

/** Refused is, too, what its list has no record of. */
async function taken(
  intake: EnvelopeIntake,
  scope: string,
  bytes: Uint8Array,
  records: ReadonlyMap<string, AdmissionRecord>,
): Promise<Delivered> {
  const read = intake.read(scope, bytes);
  const record = read && records.get(toHex(read.id));
  if (read === undefined || record === undefined) return REFUSED;
  const kind = await intake.place(scope, read, record);
  if (kind === 'stored') return { ...NOTHING, delivered: 1 };
  return kind === 'known' ? { ...NOTHING, known: 1 } : REFUSED;
}
