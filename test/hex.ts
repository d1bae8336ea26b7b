/** Bytes out of hex that a test has written itself. */
import { fromHex } from '../src/core/bytes.ts';

export function hex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error(`expected lower-case hex, got ${JSON.stringify(text)}`);
  return bytes;
}
