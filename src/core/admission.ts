/**
 * Admission records (spec/03-envelope.md#admission): what the peer where envelopes entered the network says of them,
 * when it received each and until when it lives. A list is signed once, per pack or session, by that peer.
 */
import { compare, concat, utf8 } from './bytes.ts';
import { DecodeError, UsageError } from './errors.ts';
import type { Sha256 } from './ports.ts';
import { LABELS, LIMITS } from './registry.ts';
import { isScope } from './scope.ts';
import { isUnknownTag, Reader, readNumber, readTags, readText, type Tags, tagged, u16, varint } from './wire.ts';

export interface AdmissionRecord {
  /** Envelope id, 32 bytes. */
  readonly id: Uint8Array;
  readonly scope: string;
  /** Milliseconds since 1970. */
  readonly received: number;
  /** Milliseconds since 1970; 0: never. */
  readonly expires: number;
  /** Verifying key that the ingress resolved the author to, where the format leaves that open. */
  readonly resolvedKey?: Uint8Array;
  /** Peers that had passed the envelope on, without a record, before it entered here. */
  readonly hops: number;
}

export interface AdmissionList {
  /** Verifying key of the ingress peer, which signs the list. */
  readonly peer: Uint8Array;
  /** By ascending id, then scope; no two of one placement. */
  readonly records: readonly AdmissionRecord[];
}

const VERSION = 1;
const SUITE = 1;
const ID = 1;
const SCOPE = 3;
const RECEIVED = 5;
const EXPIRES = 7;
const RESOLVED_KEY = 9;
const HOPS = 11;
const RULES = { known: [ID, SCOPE, RECEIVED, EXPIRES, RESOLVED_KEY, HOPS], atMost: 16 };
const SCOPE_UNITS = 64;
const MAX_RECORD_BYTES = 256;
const MAX_HOPS = 255;

/** version, suite, features 2, peer 32, count 2, then each record behind its length. Sorts the records. */
export function encodeAdmissions(list: AdmissionList): Uint8Array<ArrayBuffer> {
  if (list.records.length > LIMITS.admissionRecords) {
    throw new UsageError(`Cannot sign admissions: at most ${LIMITS.admissionRecords}, got ${list.records.length}`);
  }
  const records = list.records.toSorted(byPlacement).map(encodeRecord);
  const rows = records.map((record) => concat(varint(record.length), record));
  return concat(Uint8Array.of(VERSION, SUITE, 0, 0), list.peer, u16(records.length), ...rows);
}

/** Throws DecodeError; the signature is the caller's to check, over admissionSignedBytes of these very bytes. */
export function decodeAdmissions(bytes: Uint8Array): AdmissionList {
  const reader = new Reader(bytes, 'admission list');
  if (reader.u8('version') !== VERSION) reader.refuse('version', `expected ${VERSION}`);
  if (reader.u8('suite') !== SUITE) reader.refuse('suite', `expected ${SUITE}`);
  if (reader.u16('features') !== 0) reader.refuse('features', 'expected none');
  const peer = reader.take(32, 'peer');
  const count = reader.u16('count');
  if (count > LIMITS.admissionRecords) reader.refuse('count', `${count} is above ${LIMITS.admissionRecords}`);
  const records: AdmissionRecord[] = [];
  for (let i = 0; i < count; i++) records.push(readRecord(reader, records.at(-1)));
  reader.end();
  return { peer, records };
}

/** What the ingress peer signs: label ‖ 0 ‖ the encoded list. */
export const admissionSignedBytes = (encoded: Uint8Array): Uint8Array<ArrayBuffer> =>
  concat(utf8(LABELS.admission), Uint8Array.of(0), encoded);

/** Settles ties between records of one received-at: SHA-256(label ‖ 0 ‖ peer ‖ record). */
export const admissionHash = (sha256: Sha256, peer: Uint8Array, record: AdmissionRecord): Uint8Array =>
  sha256(concat(utf8(LABELS.admission), Uint8Array.of(0), peer, encodeRecord(record)));

function encodeRecord(record: AdmissionRecord): Uint8Array<ArrayBuffer> {
  return concat(
    tagged(ID, record.id),
    tagged(SCOPE, record.scope),
    tagged(RECEIVED, varint(record.received)),
    ...optional(EXPIRES, record.expires),
    ...(record.resolvedKey === undefined ? [] : [tagged(RESOLVED_KEY, record.resolvedKey)]),
    ...optional(HOPS, record.hops),
  );
}

/** Zero is spelt by absence. */
const optional = (tag: number, value: number): Uint8Array[] => (value === 0 ? [] : [tagged(tag, varint(value))]);

function readRecord(reader: Reader, previous: AdmissionRecord | undefined): AdmissionRecord {
  const length = reader.varint('record');
  if (length > MAX_RECORD_BYTES) reader.refuse('record', `${length} bytes are above ${MAX_RECORD_BYTES}`);
  const tags = readTags(new Reader(reader.take(length, 'record'), 'admission record'), RULES);
  if (isUnknownTag(tags)) return reader.refuse('tags', `tag ${tags.unknown} is critical and unknown`);
  const record = decodeRecord(tags);
  if (previous !== undefined && byPlacement(previous, record) >= 0) reader.refuse('record', 'expected ascending order');
  return record;
}

function decodeRecord(tags: Tags): AdmissionRecord {
  const scope = readText(tags.get(SCOPE)?.[0] ?? new Uint8Array(), 'scope', SCOPE_UNITS);
  if (!isScope(scope)) refuse('scope', 'expected the name of a scope');
  const hops = numberOf(tags, HOPS, 'hops');
  if (hops > MAX_HOPS) refuse('hops', `expected at most ${MAX_HOPS}`);
  const resolvedKey = tags.get(RESOLVED_KEY)?.[0];
  return {
    id: bytes32(tags.get(ID)?.[0], 'id'),
    scope,
    received: readNumber(tags.get(RECEIVED)?.[0] ?? new Uint8Array(), 'received'),
    expires: numberOf(tags, EXPIRES, 'expires'),
    ...(resolvedKey && { resolvedKey: bytes32(resolvedKey, 'resolved key') }),
    hops,
  };
}

function numberOf(tags: Tags, tag: number, field: string): number {
  const value = tags.get(tag)?.[0];
  if (value === undefined) return 0;
  return readNumber(value, field) || refuse(field, 'zero is spelt by absence');
}

function bytes32(value: Uint8Array | undefined, field: string): Uint8Array {
  return value?.length === 32 ? value : refuse(field, 'expected 32 bytes');
}

function byPlacement(a: AdmissionRecord, b: AdmissionRecord): number {
  return compare(a.id, b.id) || compare(utf8(a.scope), utf8(b.scope));
}

function refuse(field: string, detail: string): never {
  throw new DecodeError(field, `Cannot read admission record: ${field}: ${detail}`);
}
