/** Posts as clients sign them, for tests that need many: with fresh identities, in the layout of POST /messages. */
import { randomUUID } from 'node:crypto';
import { toHex } from '../../src/core/bytes.ts';
import { type PiperMessage, signedBytes, toPost } from '../../src/core/envelope/piper.ts';
import { dot1Of } from '../../src/core/identity/spelling.ts';
import type { Agreement, Signer } from '../../src/core/ports.ts';
import {
  agreementFromSeed,
  ciphers,
  random as randomBytes,
  sha256,
  signerFromSeed,
} from '../../src/platform/node/crypto.ts';
import { sealMessage } from '../../src/runtime/sealing.ts';

export interface Person {
  readonly dot1: string;
  readonly signer: Signer;
  readonly agreement: Agreement;
}

export function newPerson(): Person {
  const signer = signerFromSeed(randomBytes(32));
  return { dot1: dot1Of(sha256, signer.key), signer, agreement: agreementFromSeed(randomBytes(32)) };
}

/** Signed and in clear (1.1). */
export async function signedPost(person: Person, channel: string, content: string): Promise<Record<string, unknown>> {
  const message: PiperMessage = {
    version: '1.1',
    id: randomUUID(),
    channel,
    content,
    createdAt: new Date().toISOString(),
    prev: null,
    fromDot1: person.dot1,
    fromEd25519Pub: toHex(person.signer.key),
    sig: '',
    attachments: [],
  };
  return toPost({ ...message, sig: toHex(await person.signer.sign(signedBytes(message))) });
}

/** Sealed to its own author (1.2), with a body of so many bytes. */
export async function sealedPost(person: Person, channel: string, bytes: number): Promise<Record<string, unknown>> {
  const unsealed = { plaintext: randomBytes(bytes), recipients: [], sender: person, channel };
  const when = { id: randomUUID(), createdAt: new Date().toISOString() };
  return toPost(await sealMessage({ ...unsealed, ...when }, { ciphers, random: randomBytes }));
}
