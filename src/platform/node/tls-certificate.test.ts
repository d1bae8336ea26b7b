import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UsageError } from '../../core/errors.ts';
import { signerFromSeed } from './crypto.ts';
import { keyOfCertificate, tlsIdentityOf } from './tls-certificate.ts';

const seed = new Uint8Array(32).fill(7);
const mine = tlsIdentityOf(seed);

describe('the certificate of a key', () => {
  it('shows the key of the seed, the same bytes each time', () => {
    assert.deepEqual(mine.key, signerFromSeed(seed).key);
    assert.deepEqual(keyOfCertificate(mine.certificate), mine.key);
    assert.deepEqual(tlsIdentityOf(seed).certificate, mine.certificate);
  });

  it('is X.509 as OpenSSL reads it, signed by itself, without an end', () => {
    const read = new X509Certificate(mine.pem.cert);
    assert.deepEqual(new Uint8Array(read.raw), mine.certificate);
    assert.equal(read.publicKey.asymmetricKeyType, 'ed25519');
    assert.equal(read.verify(read.publicKey), true);
    assert.equal(read.subject, 'CN=pipes/tls/1');
    assert.equal(read.issuer, read.subject);
    assert.equal(new Date(read.validFrom).getTime(), 0);
    assert.equal(new Date(read.validTo).getUTCFullYear(), 9999);
    assert.equal(read.checkPrivateKey(createPrivateKey(mine.pem.key)), true);
  });

  it('is refused with any single bit changed', () => {
    fc.assert(
      fc.property(fc.nat(mine.certificate.length - 1), fc.nat(7), (at, bit) => {
        const changed = mine.certificate.slice();
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        assert.equal(keyOfCertificate(changed), undefined);
      }),
    );
  });

  it('is refused cut short, drawn out, and as noise', () => {
    for (let n = 0; n < mine.certificate.length; n++)
      assert.equal(keyOfCertificate(mine.certificate.subarray(0, n)), undefined);
    assert.equal(keyOfCertificate(Buffer.concat([mine.certificate, Buffer.of(0)])), undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        assert.equal(keyOfCertificate(noise), undefined);
      }),
    );
  });

  it('is refused with another key in it, signed by the first', () => {
    const other = tlsIdentityOf(new Uint8Array(32).fill(8));
    const at = Buffer.from(mine.certificate).indexOf(mine.key);
    const forged = mine.certificate.slice();
    forged.set(other.key, at);
    assert.equal(keyOfCertificate(forged), undefined);
    const body = forged.slice(forged[1] === 0x82 ? 4 : 3, forged.length - 64 - 3 - 7);
    forged.set(sign(null, body, createPrivateKey(mine.pem.key)), forged.length - 64);
    assert.equal(keyOfCertificate(forged), undefined);
    forged.set(sign(null, body, createPrivateKey(other.pem.key)), forged.length - 64);
    assert.deepEqual(
      keyOfCertificate(forged),
      other.key,
      'its own signature makes it the certificate of the other key',
    );
  });

  it('is refused for a key of small order, whose signatures anybody can make', () => {
    const forged = mine.certificate.slice();
    const smallOrder = new Uint8Array(32);
    smallOrder[0] = 1;
    forged.set(smallOrder, Buffer.from(mine.certificate).indexOf(mine.key));
    forged.fill(0, forged.length - 64);
    forged[forged.length - 64] = 1;
    assert.equal(keyOfCertificate(forged), undefined);
  });

  it('is refused of any other algorithm', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    assert.equal(keyOfCertificate(publicKey.export({ format: 'der', type: 'spki' })), undefined);
  });

  it('demands a seed of 32 bytes', () => {
    assert.throws(() => tlsIdentityOf(new Uint8Array(31)), UsageError);
  });
});
