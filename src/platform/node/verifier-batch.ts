/**
 * Several signature checks in one transferable buffer, so that a message to a worker costs its fixed price once:
 * for each job the message's length (u32, little-endian), key 32, signature 64, message. A verdict is one byte.
 */
import { KEY_BYTES, SIGNATURE_BYTES } from '../../core/identity/signature.ts';

export interface SignatureJob {
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
}

const HEADER_BYTES = 4 + KEY_BYTES + SIGNATURE_BYTES;

export const packedBytes = (job: SignatureJob): number => HEADER_BYTES + job.message.length;

export function packJobs(jobs: readonly SignatureJob[]): ArrayBuffer {
  const packed = new Uint8Array(jobs.reduce((sum, job) => sum + packedBytes(job), 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const job of jobs) {
    view.setUint32(at, job.message.length, true);
    packed.set(job.key, at + 4);
    packed.set(job.signature, at + 4 + KEY_BYTES);
    packed.set(job.message, at + HEADER_BYTES);
    at += packedBytes(job);
  }
  return packed.buffer;
}

export function* unpackJobs(buffer: ArrayBuffer): Generator<SignatureJob> {
  const packed = new Uint8Array(buffer);
  const view = new DataView(buffer);
  for (let at = 0; at < packed.length; ) {
    const key = packed.subarray(at + 4, at + 4 + KEY_BYTES);
    const signature = packed.subarray(at + 4 + KEY_BYTES, at + HEADER_BYTES);
    const message = packed.subarray(at + HEADER_BYTES, at + HEADER_BYTES + view.getUint32(at, true));
    at += HEADER_BYTES + message.length;
    yield { key, signature, message };
  }
}
