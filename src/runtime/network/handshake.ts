/**
 * The first frame each way on a stream (spec/09-sync.md#hello): who the other peer is. Its key is what the transport has
 * proved, and its identity has signed that key.
 */
import { equal, fromUtf8, utf8 } from '../../core/bytes.ts';
import { DecodeError, RemoteError, VerificationError } from '../../core/errors.ts';
import type { Clock, Signer, Verifier } from '../../core/ports.ts';
import {
  decodeHello,
  encodeHello,
  type Hello,
  type PeerCertificate,
  peerCertificateBytes,
} from '../../core/sync/session/hello.ts';
import { oneLine } from '../../core/sync/session/messages.ts';
import type { FramedStream } from './framing.ts';

const HANDSHAKE_MS = 10_000;

/** What the identity says of this peer's key, once for each start. */
export async function certifyPeer(signer: Signer, peer: Uint8Array, created: number): Promise<PeerCertificate> {
  const statement = { peer, identity: signer.key, created };
  return { ...statement, signature: await signer.sign(peerCertificateBytes(statement)) };
}

/**
 * Rejects with VerificationError for another than it claims to be, RemoteError for silence, an early end, or where
 * either side does not let the other in.
 */
export async function shakeHands(
  line: FramedStream,
  own: Hello,
  { verifier, clock }: { verifier: Verifier; clock: Clock },
  whyNot: (hello: Hello) => Promise<string | undefined>,
): Promise<Hello> {
  const { address, remoteKey } = line.stream;
  let isLate = false;
  const stop = clock.after(HANDSHAKE_MS, () => {
    isLate = true;
    line.stream.abort();
  });
  try {
    await line.send([encodeHello(own)]);
    const bytes = await line.receive();
    if (bytes === undefined)
      throw new RemoteError(`Cannot meet ${address}: it ended the connection; is the ticket still good?`);
    const hello = decodeHello(bytes);
    const { peer, identity, created, signature } = hello.certificate;
    if (!equal(peer, remoteKey)) {
      throw new VerificationError(`Cannot trust ${address}: it claims another key than the connection proved`);
    }
    const isSigned = await verifier.verify(identity, signature, peerCertificateBytes({ peer, identity, created }));
    if (!isSigned) throw new VerificationError(`Cannot trust ${address}: its identity did not sign its key`);
    await agree(line, await whyNot(hello));
    return hello;
  } catch (error) {
    if (isLate) throw new RemoteError(`Cannot meet ${address}: it said nothing within ${HANDSHAKE_MS / 1000} s`);
    if (error instanceof DecodeError)
      throw new RemoteError(`Cannot meet ${address}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    stop();
  }
}

/** Each side says whether it lets the other in: nothing, or why not. */
async function agree(line: FramedStream, refusal: string | undefined): Promise<void> {
  const { address } = line.stream;
  await line.send([utf8(oneLine(refusal ?? ''))]);
  if (refusal !== undefined) {
    await line.stream.close();
    // Until the other side has read it and gone: breaking the stream now could take the answer with it.
    while ((await line.receive().catch(() => undefined)) !== undefined);
    throw new RemoteError(`Cannot let ${address} in: ${refusal}`);
  }
  const answer = fromUtf8(await next(line));
  if (answer !== '') throw new RemoteError(`Cannot join ${address}: ${oneLine(answer ?? 'it did not say why')}`);
}

async function next(line: FramedStream): Promise<Uint8Array> {
  const bytes = await line.receive();
  if (bytes !== undefined) return bytes;
  throw new RemoteError(`Cannot meet ${line.stream.address}: it ended the connection`);
}
