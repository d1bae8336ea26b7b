/**
 * Packs (spec/02-pigeon.md#packs): blobs of envelopes of one scope and expiry day, so that any Pigeon client can carry
 * them. Each names, in one signed list, when its envelopes were admitted and until when they live.
 */
import { type AdmissionRecord, admissionSignedBytes, decodeAdmissions, encodeAdmissions } from './admission.ts';
import { concat, equal } from './bytes.ts';
import { DecodeError, UsageError } from './errors.ts';
import { LIMITS } from './registry.ts';
import { isScope } from './scope.ts';
import { isUnknownTag, Reader, readNumber, readTags, readText, type Tags, tagged, varint } from './wire.ts';

export interface Pack {
  readonly scope: string;
  /** Days since 1970 (UTC) on which the last of them expires; 0: never. */
  readonly day: number;
  /** Stored forms, as core/envelope encodes them. */
  readonly envelopes: readonly Uint8Array[];
  /** The log key of the peer where they entered. */
  readonly peer: Uint8Array;
  readonly records: readonly AdmissionRecord[];
  /** By `peer`, over packSignedBytes. */
  readonly signature: Uint8Array;
}

export const DAY_MS = 86_400_000;

/** The day that an envelope's expiry falls on, so that a pack's blob can go when all in it have expired. */
export const expiryDay = (expires: number): number => (expires === 0 ? 0 : Math.floor(expires / DAY_MS) + 1);

const HEADER = [0x50, 0x50, 1, 1, 0, 0] as const;
const SCOPE = 1;
const DAY = 3;
const ENVELOPE = 5;
const ADMISSIONS = 7;
const SIGNATURE = 9;
const KNOWN = [SCOPE, DAY, ENVELOPE, ADMISSIONS, SIGNATURE];
const RULES = { known: KNOWN, repeated: [ENVELOPE], atMost: LIMITS.admissionRecords + 16 };

/** What the admitting peer signs. */
export const packSignedBytes = (pack: Pick<Pack, 'peer' | 'records'>): Uint8Array<ArrayBuffer> =>
  admissionSignedBytes(encodeAdmissions(pack));

/** Throws UsageError for more than a pack may hold. */
export function encodePack(pack: Pack): Uint8Array<ArrayBuffer> {
  const size = pack.envelopes.reduce((sum, envelope) => sum + envelope.length, 0);
  if (size > LIMITS.packEnvelopeBytes) {
    throw new UsageError(`Cannot pack: expected at most ${LIMITS.packEnvelopeBytes} bytes of envelopes, got ${size}`);
  }
  return concat(
    Uint8Array.from(HEADER),
    tagged(SCOPE, pack.scope),
    ...(pack.day === 0 ? [] : [tagged(DAY, varint(pack.day))]),
    ...pack.envelopes.map((envelope) => tagged(ENVELOPE, envelope)),
    tagged(ADMISSIONS, encodeAdmissions(pack)),
    tagged(SIGNATURE, pack.signature),
  );
}

export const isPack = (bytes: Uint8Array): boolean => equal(bytes.subarray(0, 2), Uint8Array.from(HEADER.slice(0, 2)));

/** Throws DecodeError. Neither the signature nor the envelopes are checked here, but that they belong together is counted. */
export function decodePack(bytes: Uint8Array): Pack {
  if (bytes.length > LIMITS.packBytes) throw new DecodeError('pack', `Cannot read pack: ${bytes.length} bytes`);
  const reader = new Reader(bytes, 'pack');
  if (!equal(reader.take(HEADER.length, 'header'), Uint8Array.from(HEADER))) {
    reader.refuse('header', 'expected version 1, suite 1 and no features');
  }
  const tags = readTags(reader, RULES);
  if (isUnknownTag(tags)) return reader.refuse('tags', `tag ${tags.unknown} is critical and unknown`);
  const scope = readText(one(tags, SCOPE), 'scope', 64);
  if (!isScope(scope)) reader.refuse('scope', 'expected the name of a scope');
  const { peer, records } = decodeAdmissions(one(tags, ADMISSIONS));
  const envelopes = tags.get(ENVELOPE) ?? [];
  if (envelopes.length !== records.length || !records.every((record) => record.scope === scope)) {
    reader.refuse('admissions', 'expected one record of this scope for each envelope');
  }
  const day = tags.get(DAY)?.[0];
  const signature = one(tags, SIGNATURE);
  if (signature.length !== 64) reader.refuse('signature', 'expected 64 bytes');
  return { scope, day: day === undefined ? 0 : readNumber(day, 'day'), envelopes, peer, records, signature };
}

function one(tags: Tags, tag: number): Uint8Array {
  const [value, ...more] = tags.get(tag) ?? [];
  if (value === undefined || more.length > 0)
    throw new DecodeError('tags', `Cannot read pack: expected tag ${tag} once`);
  return value;
}
