/**
 * What every platform's cryptography must do: the published vectors of its primitives, and what it must refuse.
 * An adapter earns the suite by calling `hashContract` and `cryptoContract`.
 */
import assert from 'node:assert/strict';
import { test as nodeTest } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../../src/core/bytes.ts';
import { type IdentitySecret, seedsOf } from '../../src/core/identity/derive.ts';
import type { Agreement, Ciphers, Random, Sha256, Signer, Verifier } from '../../src/core/ports.ts';
import { LABELS } from '../../src/core/registry.ts';
import { hex } from '../hex.ts';

export interface CryptoAdapter {
  sha256: Sha256;
  random: Random;
  ciphers: Ciphers;
  signerFromSeed(seed: Uint8Array): Signer | Promise<Signer>;
  agreementFromSeed(seed: Uint8Array): Agreement | Promise<Agreement>;
  createVerifier(): Verifier;
}

/** `skip` is for a platform that is not there: the reason, as node:test takes it. */
export function cryptoContract(name: string, adapter: CryptoAdapter, skip: string | false = false): void {
  const test: DefineTest = (title, run) => nodeTest(`${name}: ${title}`, { skip }, run);
  hkdfContract(test, adapter);
  cipherContract(test, adapter);
  agreementContract(test, adapter);
  signatureContract(test, adapter);
}

type DefineTest = (title: string, run: () => void | Promise<void>) => unknown;

/** Apart from the rest, because these two are synchronous and cannot be asked of a browser from outside. */
export function hashContract(name: string, { sha256, random }: Pick<CryptoAdapter, 'sha256' | 'random'>): void {
  const test: DefineTest = (title, run) => nodeTest(`${name}: ${title}`, run);
  test('SHA-256 gives the FIPS 180 examples as plain bytes', () => {
    const abc = hex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.deepEqual(sha256(utf8('abc')), abc);
    assert.deepEqual(
      sha256(new Uint8Array(0)),
      hex('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
    );
  });

  test('random gives as many bytes as asked for, other ones each time', () => {
    for (const length of [0, 1, 32, 200_000]) assert.equal(random(length).length, length);
    assert.notDeepEqual(random(32), random(32));
    assert.ok(
      random(200_000)
        .subarray(-64)
        .some((byte) => byte !== 0),
    );
  });
}

function hkdfContract(test: DefineTest, { ciphers, sha256 }: CryptoAdapter): void {
  test('HKDF-SHA-256 gives test cases 1 and 3 of RFC 5869', async () => {
    const secret = new Uint8Array(22).fill(0x0b);
    assert.deepEqual(
      await ciphers.hkdfSha256(secret, hex('000102030405060708090a0b0c'), hex('f0f1f2f3f4f5f6f7f8f9'), 42),
      hex('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865'),
    );
    assert.deepEqual(
      await ciphers.hkdfSha256(secret, new Uint8Array(0), new Uint8Array(0), 42),
      hex('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'),
    );
  });

  test("the core's key derivation is the platform's HKDF with an empty salt and the label", async () => {
    const root = hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
    const derive = (secret: Uint8Array, label: string) =>
      ciphers.hkdfSha256(secret, new Uint8Array(0), utf8(label), 32);
    const seeds = seedsOf(sha256, { kind: 'root', root });
    assert.deepEqual(seeds.signing, await derive(root, LABELS.signingKey));
    assert.deepEqual(seeds.agreement, await derive(root, LABELS.agreementKey));
    const imported: IdentitySecret = { kind: 'imported', signing: root };
    assert.deepEqual(seedsOf(sha256, imported).agreement, await derive(root, LABELS.importedAgreementKey));
  });
}

function cipherContract(test: DefineTest, { ciphers }: CryptoAdapter): void {
  const key = hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
  const nonce = hex('cafebabefacedbaddecaf888');
  const associated = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
  const plaintext = hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const sealed = hex(
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  );

  test('AES-256-GCM gives test case 16 of its specification, and reads it back', async () => {
    assert.deepEqual(await ciphers.encrypt(key, nonce, plaintext, associated), sealed);
    assert.deepEqual(await ciphers.decrypt(key, nonce, sealed, associated), plaintext);
  });

  test('AES-256-GCM without associated data seals and opens nothing at all, too', async () => {
    const empty = new Uint8Array(0);
    const tag = await ciphers.encrypt(key, nonce, empty);
    assert.equal(tag.length, 16);
    assert.deepEqual(await ciphers.decrypt(key, nonce, tag), empty);
  });

  test('a seal that was touched, cut or moved to other associated data opens as undefined', async () => {
    for (const at of [0, 30, sealed.length - 1]) {
      const touched = sealed.slice();
      touched[at] = (touched[at] ?? 0) ^ 0x80;
      assert.equal(await ciphers.decrypt(key, nonce, touched, associated), undefined);
    }
    for (const length of [0, 1, 15, 16, sealed.length - 1]) {
      assert.equal(await ciphers.decrypt(key, nonce, sealed.slice(0, length), associated), undefined);
    }
    assert.equal(await ciphers.decrypt(key, nonce, sealed), undefined);
    assert.equal(await ciphers.decrypt(key.slice().fill(1), nonce, sealed, associated), undefined);
  });

  test('a key of another length is refused, never another cipher used', async () => {
    for (const length of [0, 16, 24, 31, 33]) {
      await assert.rejects(ciphers.encrypt(new Uint8Array(length), nonce, plaintext));
      await assert.rejects(ciphers.decrypt(new Uint8Array(length), nonce, sealed));
    }
  });
}

function agreementContract(test: DefineTest, { agreementFromSeed }: CryptoAdapter): void {
  const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
  const bob = hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');

  test('X25519 gives the key agreement of RFC 7748, section 6.1, from both sides', async () => {
    const [a, b] = [await agreementFromSeed(alice), await agreementFromSeed(bob)];
    assert.deepEqual(a.key, hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'));
    assert.deepEqual(b.key, hex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'));
    const shared = hex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
    assert.deepEqual(await a.agree(b.key), shared);
    assert.deepEqual(await b.agree(a.key), shared);
  });

  test('X25519 refuses every public key that gives an all-zero secret', async () => {
    const agreement = await agreementFromSeed(alice);
    for (const key of SMALL_ORDER_X25519) {
      await assert.rejects(agreement.agree(hex(key)), { name: 'VerificationError' }, key);
    }
  });

  test("keys and seeds of another length are the caller's mistake", async () => {
    const agreement = await agreementFromSeed(alice);
    await assert.rejects(agreement.agree(new Uint8Array(31)), { name: 'UsageError' });
    await assert.rejects(async () => agreementFromSeed(new Uint8Array(33)), { name: 'UsageError' });
  });
}

/** The u-coordinates of order 1, 2, 4 and 8 and of the twist's, with their encodings above the prime. */
const SMALL_ORDER_X25519 = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

function signatureContract(test: DefineTest, { signerFromSeed, createVerifier, random }: CryptoAdapter): void {
  for (const { seed, key, message, signature } of RFC8032) {
    test(`Ed25519 signs and verifies the RFC 8032 message of ${message.length / 2} bytes`, async () => {
      const signer = await signerFromSeed(hex(seed));
      const verifier = createVerifier();
      assert.deepEqual(signer.key, hex(key));
      assert.deepEqual(await signer.sign(hex(message)), hex(signature));
      assert.equal(await verifier.verify(hex(key), hex(signature), hex(message)), true);
      await verifier.close();
    });
  }

  test('a valid signature verifies, and no longer with any one bit flipped', async () => {
    const signer = await signerFromSeed(random(32));
    const verifier = createVerifier();
    const messages = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(messages, fc.nat(), async (message, bit) => {
        const whole = [signer.key, await signer.sign(message), message] as const;
        assert.equal(await verifier.verify(...whole), true);
        assert.equal(await verifier.verify(...withFlipped(whole, bit)), false);
      }),
    );
    await verifier.close();
  });

  test('keys and signatures of another length verify nothing', async () => {
    const signer = await signerFromSeed(random(32));
    const verifier = createVerifier();
    const message = utf8('length');
    const signature = await signer.sign(message);
    assert.equal(await verifier.verify(signer.key.slice(1), signature, message), false);
    assert.equal(await verifier.verify(signer.key, signature.slice(1), message), false);
    assert.equal(await verifier.verify(signer.key, Uint8Array.of(...signature, 0), message), false);
    await verifier.close();
  });

  test("a closed verifier and a seed of another length are the caller's mistake", async () => {
    const verifier = createVerifier();
    await verifier.close();
    await assert.rejects(verifier.verify(new Uint8Array(32), new Uint8Array(64), new Uint8Array(0)), {
      name: 'UsageError',
    });
    await assert.rejects(async () => signerFromSeed(new Uint8Array(31)), { name: 'UsageError' });
  });
}

type Parts = readonly [key: Uint8Array, signature: Uint8Array, message: Uint8Array];

/** The bit is counted through key, signature and message. */
function withFlipped(parts: Parts, bit: number): Parts {
  const copies = parts.map((part) => part.slice());
  let at = bit % (parts.reduce((sum, part) => sum + part.length, 0) * 8);
  for (const copy of copies) {
    if (at < copy.length * 8) {
      copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (1 << (at & 7));
      break;
    }
    at -= copy.length * 8;
  }
  const [key = parts[0], signature = parts[1], message = parts[2]] = copies;
  return [key, signature, message];
}

const RFC8032 = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];
