/** Looks at the bytes that another program sends, and says what a server would not. */
import { concat, toHex } from '../core/bytes.ts';
import { decodePacket, encodePacket, type Packet, signedBytes } from '../core/packet/packet.ts';
import { createVerifier } from '../platform/node/verifier.ts';
import { type Finding, fail, ok, warn } from './doctor-finding.ts';

const FRAME_BYTES = 4;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const NOTHING = new Uint8Array(0);

export async function examinePacket(bytes: Uint8Array): Promise<Finding[]> {
  const { finding, payload } = framing(bytes);
  if (finding.state === 'fail') return [finding];
  let packet: Packet;
  try {
    packet = decodePacket(payload);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [finding, fail('packet', `${said}; a server closes the connection at this`)];
  }
  const { typ, id, src, dst } = packet;
  const fields = ok('packet', `typ ${typ}, id "${id}", from "${src}" to "${dst}"`);
  return [finding, fields, await signature(packet), name(packet)];
}

function framing(bytes: Uint8Array): { finding: Finding; payload: Uint8Array } {
  if (bytes[0] !== 0) {
    return { finding: warn('framing', 'none: servers since 0.2 want four bytes of length first'), payload: bytes };
  }
  const payload = bytes.subarray(FRAME_BYTES);
  const length = bytes.subarray(0, FRAME_BYTES).reduce((sum, byte) => sum * 256 + byte, 0);
  if (length === payload.length) return { finding: ok('framing', `${length} bytes`), payload };
  const found = `announces ${length} bytes, ${payload.length} follow: the length is that of the packet, big-endian`;
  return { finding: fail('framing', found), payload };
}

async function signature(packet: Packet): Promise<Finding> {
  const check = 'signature';
  const { sig, pk } = packet;
  if (sig.length === 0 && pk.length === 0) {
    return fail(check, 'none: servers drop unsigned packets; sign, and send sig and pk');
  }
  if (pk.length !== KEY_BYTES)
    return fail(check, `pk has ${pk.length} bytes: expected the ${KEY_BYTES} of an Ed25519 key`);
  if (sig.length !== SIGNATURE_BYTES) return fail(check, `sig has ${sig.length} bytes: expected ${SIGNATURE_BYTES}`);
  const verifier = createVerifier();
  try {
    const covered = await coveredBy(packet, (bytes) => verifier.verify(pk, sig, bytes));
    return covered === undefined ? ok(check, `of ${toHex(pk)}`) : fail(check, covered);
  } finally {
    await verifier.close();
  }
}

/** What is wrong with what was signed; undefined where nothing is. */
async function coveredBy(packet: Packet, covers: (bytes: Uint8Array) => Promise<boolean>): Promise<string | undefined> {
  const signed = signedBytes(packet);
  if (await covers(signed)) return undefined;
  if (await covers(encodePacket({ ...packet, sig: NOTHING })))
    return 'covers pk too: sign the packet without sig and pk';
  const { length } = signed;
  const header = Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length);
  if (await covers(concat(header, signed))) return 'covers the length too: sign the packet alone, then frame it';
  return 'does not hold: sign the serialised packet without sig and pk, fields in order, defaults left out';
}

function name({ src }: Packet): Finding {
  if (src !== '') return ok('name', `"${src}" is registered by this packet`);
  return warn('name', 'src is empty: nobody can answer this connection by name');
}
