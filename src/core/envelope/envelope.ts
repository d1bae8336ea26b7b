/**
 * An envelope: a few signed fields that anyone can verify without knowing what is inside
 * (spec/03-envelope.md). This is the form common to all formats, its id, and its stored bytes.
 */
import { concat, utf8 } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import type { Sha256 } from '../ports.ts';
import { FORMATS, LABELS, LIMITS } from '../registry.ts';

export interface Envelope {
  /** A code of spec/registry.json#formats. */
  readonly format: number;
  /** The author's verifying key, 32 bytes; zeros where the format is unsigned. */
  readonly key: Uint8Array;
  /** Ed25519 signature over `signed`, 64 bytes; zeros where the format is unsigned. */
  readonly signature: Uint8Array;
  /** The exact bytes that the signature covers; all fields can be read back from them. */
  readonly signed: Uint8Array;
}

const STORED_VERSION = 1;
const SUITE = 1;
/** version 1, suite 1, features 2, format 2, key 32, signature 64; then the signed bytes. */
const HEADER_BYTES = 102;
const KNOWN_FORMATS: ReadonlySet<number> = new Set(Object.values(FORMATS));

const ID_LABEL = concat(utf8(LABELS.envelopeId), Uint8Array.of(0));

export const isSigned = (envelope: Envelope): boolean => envelope.format !== FORMATS['piper/1.0-unsigned'];

/** The same of a stored form, which has been read before. */
export const isStoredSigned = (stored: Uint8Array): boolean =>
  (((stored[4] ?? 0) << 8) | (stored[5] ?? 0)) !== FORMATS['piper/1.0-unsigned'];

/** SHA-256(label ‖ 0 ‖ format ‖ key ‖ signed bytes), spec/03-envelope.md#id. */
export function envelopeId(sha256: Sha256, envelope: Envelope): Uint8Array {
  const { format, key, signed } = envelope;
  const bytes = new Uint8Array(ID_LABEL.length + 2 + key.length + signed.length);
  bytes.set(ID_LABEL);
  bytes[ID_LABEL.length] = format >> 8;
  bytes[ID_LABEL.length + 1] = format & 0xff;
  bytes.set(key, ID_LABEL.length + 2);
  bytes.set(signed, ID_LABEL.length + 2 + key.length);
  return sha256(bytes);
}

/** The canonical stored form, spec/03-envelope.md#stored-form. */
export function encodeEnvelope(envelope: Envelope): Uint8Array<ArrayBuffer> {
  const header = Uint8Array.of(STORED_VERSION, SUITE, 0, 0, envelope.format >> 8, envelope.format & 0xff);
  return concat(header, envelope.key, envelope.signature, envelope.signed);
}

/** Reads the stored form; throws DecodeError for another version, suite, feature or format, or a wrong size. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length <= HEADER_BYTES || bytes.length > LIMITS.envelopeBytes) {
    throw new DecodeError('envelope', `Cannot read envelope: ${bytes.length} bytes is no size for one`);
  }
  const [version, suite, featuresHigh, featuresLow, formatHigh = 0, formatLow = 0] = bytes;
  if (version !== STORED_VERSION) {
    throw new DecodeError('version', `Cannot read envelope: expected version ${STORED_VERSION}, got ${version}`);
  }
  if (suite !== SUITE || featuresHigh !== 0 || featuresLow !== 0) {
    throw new DecodeError('features', 'Cannot read envelope: it needs a suite or feature that this version lacks');
  }
  const format = (formatHigh << 8) | formatLow;
  if (!KNOWN_FORMATS.has(format)) throw new DecodeError('format', `Cannot read envelope: unknown format ${format}`);
  return {
    format,
    key: bytes.slice(6, 38),
    signature: bytes.slice(38, 102),
    signed: bytes.slice(HEADER_BYTES),
  };
}
