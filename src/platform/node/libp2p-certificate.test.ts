import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { StorageError } from '../../core/errors.ts';
import { createWebrtcCertificate, loadOrCreateWebrtcCertificate } from './libp2p-certificate.ts';

describe('the certificate of a webrtc-direct listener', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipes-webrtc-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('stays the same, for whoever asks at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => loadOrCreateWebrtcCertificate(folder)));
    for (const each of all) assert.deepEqual(each, all[0]);
    assert.deepEqual(await loadOrCreateWebrtcCertificate(folder), all[0]);
    assert.equal((await stat(join(folder, 'webrtc.json'))).mode & 0o777, 0o600);
  });

  it('is X.509 that its own key has signed, and another each time that one is made', () => {
    const [one, two] = [createWebrtcCertificate(), createWebrtcCertificate()];
    const read = new X509Certificate(one.pem);
    assert.equal(read.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    assert.equal(read.verify(read.publicKey), true);
    assert.notEqual(one.certhash, two.certhash);
    const digest = Buffer.from(one.certhash.slice(1), 'base64url').subarray(2).toString('hex').toUpperCase();
    assert.equal(read.fingerprint256.replaceAll(':', ''), digest);
  });

  it('is refused where the file is damaged, or its key another’s', async () => {
    await loadOrCreateWebrtcCertificate(folder);
    const path = join(folder, 'webrtc.json');
    const whole = JSON.parse(await readFile(path, 'utf8'));
    for (const wrong of [
      '',
      '{}',
      '{"format":1}',
      JSON.stringify({ ...whole, key: createWebrtcCertificate().privateKey }),
    ]) {
      await writeFile(path, wrong);
      await assert.rejects(loadOrCreateWebrtcCertificate(folder), StorageError, wrong);
    }
  });
});
