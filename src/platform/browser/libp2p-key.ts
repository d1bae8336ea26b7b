/** The peer's key as libp2p wants it, over a key that signs and cannot be read: nothing asks for its secret half. */
import { publicKeyFromRaw } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import { equal } from '../../core/bytes.ts';
import type { Signer } from '../../core/ports.ts';

export function libp2pKey(signer: Signer): Ed25519PrivateKey {
  const publicKey = publicKeyFromRaw(signer.key);
  if (publicKey.type !== 'Ed25519') throw new Error('Cannot use key: expected an Ed25519 key');
  return {
    type: 'Ed25519',
    publicKey,
    get raw(): Uint8Array {
      throw new Error('Cannot read key: this browser keeps it to itself');
    },
    equals: (other) => equal(other?.publicKey?.raw ?? new Uint8Array(), signer.key),
    sign: (data) => signer.sign(data instanceof Uint8Array ? data : data.subarray()),
  };
}
