/** The worked bytes of spec/11-transports.md. */
import { utf8 } from '../src/core/bytes.ts';
import { tlsIdentityOf } from '../src/platform/node/tls-certificate.ts';
import { peerIdOf } from '../src/platform/web/libp2p-address.ts';
import { creditFrame, endFrame, frameOf } from '../src/platform/web/stream-frames.ts';
import { rows, type Vector } from './spec-vectors.ts';

export function transportVectors(): Record<string, Vector> {
  const { key, certificate } = tlsIdentityOf(new Uint8Array(32).fill(0x01));
  const name = [24, 'common name pipes/tls/1'] as const;
  const frames = Buffer.concat([frameOf(utf8('hi')), creditFrame(786_432), endFrame()]);
  return {
    'peer-id': { text: peerIdOf(key) },
    certificate: rows(certificate, [
      [3, 'certificate'],
      [3, 'what is signed'],
      [5, 'version 3'],
      [3, 'serial number 1'],
      [7, 'algorithm: Ed25519'],
      name,
      [34, 'valid from 1970 to 9999'],
      name,
      [12, 'public key: Ed25519'],
      [32, 'the key'],
      [7, 'algorithm: Ed25519'],
      [3, 'signature'],
      [64, '  made by the key, of what is signed'],
    ]),
    frames: rows(frames, [
      [4, 'two bytes'],
      [2, '"hi"'],
      [4, 'credit: 786,432 bytes'],
      [4, 'end'],
    ]),
  };
}
