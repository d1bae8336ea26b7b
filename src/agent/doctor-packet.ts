/** Looks at the bytes that another program sends, and says what a server would not. */
import { concat, toHex } from '../core/bytes.ts';
import { createVerifier } from '../platform/node/verifier.ts';
import { decodePacket, encodePacket, type Packet, signedBytes } from './client/codec.ts';
import type { Finding } from './doctor.ts';

const FRAME_BYTES = 4;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export async function examinePacket(bytes: Uint8Array): Promise<Finding[]> {
  const { finding, payload } = framing(bytes);
  if (finding.state === 'fail') return [finding];
  let packet: Packet;
  try {
    packet = decodePacket(payload);
  } catch (error) {
    const found = `${error instanceof Error ? error.message : String(error)}; a server closes the connection at this`;
    return [finding, { check: 'packet', state: 'fail', found }];
  }
  const { typ, id, src, dst } = packet;
  const fields: Finding = { check: 'packet', state: 'ok', found: `typ ${typ}, id "${id}", from "${src}" to "${dst}"` };
  return [finding, fields, await signature(packet), name(packet)];
}

function framing(bytes: Uint8Array): { finding: Finding; payload: Uint8Array } {
  const check = 'framing';
  const bare = { check, state: 'warn', found: 'none: servers since 0.2 want four bytes of length first' } as const;
  if (bytes[0] !== 0) return { finding: bare, payload: bytes };
  const payload = bytes.subarray(FRAME_BYTES);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length === payload.length) return { finding: { check, state: 'ok', found: `${length} bytes` }, payload };
  const found = `announces ${length} bytes, ${payload.length} follow: the length is that of the packet, big-endian`;
  return { finding: { check, state: 'fail', found }, payload };
}

async function signature(packet: Packet): Promise<Finding> {
  const { sig, pk } = packet;
  const fail = (found: string): Finding => ({ check: 'signature', state: 'fail', found });
  if (sig.length === 0 && pk.length === 0)
    return fail('none: servers drop unsigned packets; sign, and send sig and pk');
  if (pk.length !== KEY_BYTES) return fail(`pk has ${pk.length} bytes: expected the ${KEY_BYTES} of an Ed25519 key`);
  if (sig.length !== SIGNATURE_BYTES) return fail(`sig has ${sig.length} bytes: expected ${SIGNATURE_BYTES}`);
  const verifier = createVerifier();
  try {
    const covers = (bytes: Uint8Array) => verifier.verify(pk, sig, bytes);
    if (await covers(signedBytes(packet))) return { check: 'signature', state: 'ok', found: `of ${toHex(pk)}` };
    const none = new Uint8Array(0);
    if (await covers(encodePacket({ ...packet, sig: none })))
      return fail('covers pk too: sign the packet without sig and pk');
    if (await covers(framed(signedBytes(packet))))
      return fail('covers the length too: sign the packet alone, then frame it');
    return fail('does not hold: sign the serialised packet without sig and pk, fields in order, defaults left out');
  } finally {
    await verifier.close();
  }
}

function framed(payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(FRAME_BYTES);
  new DataView(header.buffer).setUint32(0, payload.length);
  return concat(header, payload);
}

function name({ src }: Packet): Finding {
  if (src !== '') return { check: 'name', state: 'ok', found: `"${src}" is registered by this packet` };
  return { check: 'name', state: 'warn', found: 'src is empty: nobody can answer this connection by name' };
}
