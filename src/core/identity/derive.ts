/**
 * From one secret to an identity's two key seeds (spec/01-identity.md#derivation): HKDF-SHA-256 without salt, one
 * label for each purpose. Synchronous over the SHA-256 that the platform hands in.
 */
import { concat, utf8 } from '../bytes.ts';
import { UsageError } from '../errors.ts';
import type { Sha256 } from '../ports.ts';
import { LABELS } from '../registry.ts';

export const SEED_BYTES = 32;

/** What an identity grows from: our root seed, or the seeds of an identity that was made elsewhere. */
export type IdentitySecret =
  | { readonly kind: 'root'; readonly root: Uint8Array }
  | { readonly kind: 'imported'; readonly signing: Uint8Array; readonly agreement?: Uint8Array | undefined };

/** Ed25519 and X25519 private seeds, 32 bytes each. */
export interface IdentitySeeds {
  readonly signing: Uint8Array;
  readonly agreement: Uint8Array;
}

/** An imported signing seed stays as it is; where no agreement seed came with it, one is derived from it. */
export function seedsOf(sha256: Sha256, secret: IdentitySecret): IdentitySeeds {
  if (secret.kind === 'imported') {
    const { signing, agreement } = secret;
    requireSeed(signing);
    if (agreement !== undefined) requireSeed(agreement);
    return { signing, agreement: agreement ?? derive(sha256, signing, LABELS.importedAgreementKey) };
  }
  requireSeed(secret.root);
  return {
    signing: derive(sha256, secret.root, LABELS.signingKey),
    agreement: derive(sha256, secret.root, LABELS.agreementKey),
  };
}

function requireSeed(seed: Uint8Array): void {
  if (seed.length === SEED_BYTES) return;
  throw new UsageError(`Cannot derive keys: expected a seed of ${SEED_BYTES} bytes, got ${seed.length}`);
}

/** HKDF-SHA-256 (RFC 5869) with an empty salt and one block of output. */
function derive(sha256: Sha256, secret: Uint8Array, label: string): Uint8Array {
  const extracted = hmac(sha256, new Uint8Array(32), secret);
  return hmac(sha256, extracted, concat(utf8(label), Uint8Array.of(1)));
}

/** RFC 2104, for keys of at most one block. */
function hmac(sha256: Sha256, key: Uint8Array, message: Uint8Array): Uint8Array {
  const inner = new Uint8Array(64).fill(0x36);
  const outer = new Uint8Array(64).fill(0x5c);
  for (const [i, byte] of key.entries()) {
    inner[i] = 0x36 ^ byte;
    outer[i] = 0x5c ^ byte;
  }
  return sha256(concat(outer, sha256(concat(inner, message))));
}
