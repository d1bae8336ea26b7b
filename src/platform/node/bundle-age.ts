/**
 * Seals a bundle in the age format (decisions/0012-age.md) and opens it, as streams. Nothing of a sealed bundle is
 * believed before its last byte was authenticated: the caller keeps what comes out until the stream has ended.
 */
import { ReadableStream } from 'node:stream/web';
import { Decrypter, Encrypter } from 'age-encryption';
import { concat, fromUtf8 } from '../../core/bytes.ts';
import { DecodeError, PipesError, UsageError, VerificationError } from '../../core/errors.ts';
import { codeOf } from './bundle-files.ts';

export interface SealTo {
  readonly recipients?: readonly string[];
  readonly passphrase?: string;
}

export interface SealKeys {
  readonly identities?: readonly string[];
  readonly passphrase?: string;
}

export const isSealing = ({ recipients = [], passphrase }: SealTo): boolean =>
  recipients.length > 0 || passphrase !== undefined;

/** Throws UsageError for a recipient that is none. */
export function createSealer(to: SealTo): (plain: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> {
  const { recipients = [], passphrase } = to;
  if (recipients.length > 0 && passphrase !== undefined) {
    throw new UsageError('Cannot seal bundle: expected recipients or a passphrase, got both');
  }
  const sealer = new Encrypter();
  if (passphrase !== undefined) sealer.setPassphrase(passphrase);
  for (const recipient of recipients) {
    named(recipient, 'recipient (age1…)', () => sealer.addRecipient(recipient));
  }
  return async function* (plain) {
    yield* await sealer.encrypt(streamOf(plain));
  };
}

const START = 'age-encryption.org/v1\n';

export const isSealed = (head: Uint8Array): boolean => fromUtf8(head.subarray(0, START.length)) === START;

/** The plain bytes. Throws VerificationError where no key fits or a byte was changed. */
export async function* openSeal(sealed: AsyncIterable<Uint8Array>, keys: SealKeys): AsyncGenerator<Uint8Array> {
  const { identities = [], passphrase } = keys;
  if (identities.length === 0 && passphrase === undefined) {
    throw new UsageError('Cannot open sealed bundle: expected an age identity or a passphrase');
  }
  const opener = new Decrypter();
  for (const identity of identities) {
    named('one given', 'identity (AGE-SECRET-KEY-…)', () => opener.addIdentity(identity));
  }
  if (passphrase !== undefined) opener.addPassphrase(passphrase);
  try {
    yield* await opener.decrypt(streamOf(boundedHeader(sealed)));
  } catch (error) {
    if (error instanceof PipesError || codeOf(error) !== '') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new VerificationError(`Cannot open sealed bundle: ${reason}`, { cause: error });
  }
}

const streamOf = (bytes: AsyncIterable<Uint8Array>) =>
  ReadableStream.from(bytes) as unknown as Parameters<Encrypter['encrypt']>[0] & globalThis.ReadableStream<Uint8Array>;

function named(given: string, expected: string, add: () => void): void {
  try {
    add();
  } catch (error) {
    throw new UsageError(`Cannot use age key: expected an age ${expected}, got ${given}`, { cause: error });
  }
}

/** Room for hundreds of recipients. The header is held in memory until its end is found. */
const HEADER_BYTES = 256 * 1024;

async function* boundedHeader(sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array();
  let ended = false;
  for await (const piece of sealed) {
    if (ended) {
      yield piece;
      continue;
    }
    held = concat(held, piece);
    ended = Buffer.from(held.buffer).includes('\n--- ');
    if (ended) yield held;
    else if (held.length > HEADER_BYTES)
      throw new DecodeError('seal', 'Cannot open sealed bundle: its header is too long');
  }
  if (!ended) yield held;
}
