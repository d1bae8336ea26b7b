/**
 * What the server itself says. Answers bear no signature, as published; what promises something for later (that a packet
 * is kept, that it arrived) is signed with the server's key, so that it can be shown.
 */
import { toHex, utf8 } from '../../core/bytes.ts';
import { EMPTY, encodePacket, type Packet, signedBytes } from '../../core/packet/packet.ts';
import type { Signer, Store } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import { random, signerFromSeed } from '../../platform/node/crypto.ts';

export const SERVER = 'server';
export const RECEIPT = 'receipt:';
const OFFER = 1;
const HEARTBEAT = 2;

export interface Words {
  /** 64 hex characters. */
  readonly key: string;
  readonly heartbeat: Uint8Array;
  answer(id: string, body: string): Uint8Array;
  signed(packet: Partial<Packet>): Promise<Packet>;
}

export function createWords(signer: Signer): Words {
  return {
    key: toHex(signer.key),
    heartbeat: encodePacket({ ...EMPTY, typ: HEARTBEAT, src: SERVER }),
    answer(id, body) {
      const payload = encodePacket({ ...EMPTY, typ: OFFER, id, src: SERVER, body });
      // An id may fill a frame by itself.
      return payload.length <= LIMITS.packetBytes ? payload : encodePacket({ ...EMPTY, typ: OFFER, src: SERVER, body });
    },
    async signed(fields) {
      const packet = { ...EMPTY, typ: OFFER, src: SERVER, ...fields };
      return { ...packet, sig: await signer.sign(signedBytes(packet)), pk: signer.key };
    },
  };
}

/** The server's key: made at the first start, and kept where the claims are. */
export async function serverSigner(store: Store): Promise<Signer> {
  const fresh = toHex(random(32));
  const [outcome] = await store.commit([{ op: 'put', space: 'keep', key: 'seed', value: fresh, ifAbsent: true }]);
  return signerFromSeed(Buffer.from(outcome?.outcome === 'present' ? outcome.value : fresh, 'hex'));
}

const MOST_JSON_BYTES = 60_000;

/** JSON of what a frame holds of a list. */
export function listed(name: string, values: Iterable<string>): string {
  const some: string[] = [];
  let left = MOST_JSON_BYTES;
  for (const value of values) {
    left -= utf8(JSON.stringify(value)).length + 1;
    if (left < 0) break;
    some.push(value);
  }
  return JSON.stringify({ [name]: some });
}
