/** What a stream is shows in its first bytes. */
import { concat, equal, fromUtf8 } from '../../core/bytes.ts';
import type { Dialect } from '../../core/log/dialect.ts';

/** Enough for the header of an entry. */
const HEAD_BYTES = 512;

/** The first bytes; the source is closed. */
export async function headOf(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const { head, all } = await peeked(source);
  await all.return(undefined);
  return head;
}

/** The first bytes, and everything with them. */
export async function peeked(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  while (!ended && size < HEAD_BYTES) {
    const next = await iterator.next();
    ended = next.done === true;
    if (!next.done) size += held[held.push(next.value) - 1]?.length ?? 0;
  }
  const all = continued(held, iterator);
  await all.next();
  return { head: concat(...held).subarray(0, HEAD_BYTES), all: all as AsyncGenerator<Uint8Array> };
}

/** Its first value says nothing: taken at once, so that leaving the generator closes the source. */
async function* continued(held: Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield new Uint8Array();
    yield* held.splice(0);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

export async function sameBytes(a: AsyncIterable<Uint8Array>, b: AsyncIterable<Uint8Array>): Promise<boolean> {
  const others = b[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  try {
    for await (const piece of a) {
      for (let at = 0; at < piece.length; ) {
        if (held.length === 0) held = (await others.next()).value ?? new Uint8Array();
        const length = Math.min(held.length, piece.length - at);
        if (length === 0 || !equal(held.subarray(0, length), piece.subarray(at, at + length))) return false;
        held = held.subarray(length);
        at += length;
      }
    }
    return held.length === 0 && (await others.next()).done === true;
  } finally {
    await others.return?.();
  }
}

/** Of the first entry: USER. is 2020-06 where the fourth line is lipmaa, 2020-12 where it is prev. */
export function dialectOf(head: Uint8Array): Dialect | undefined {
  const lines = Buffer.from(head).toString('latin1').trimStart().split(/\r?\n/);
  if (lines[0]?.startsWith('author @')) return '2020-04';
  if (!lines[0]?.startsWith('author USER.')) return undefined;
  return lines[3]?.startsWith('lipmaa ') ? '2020-06' : lines[3]?.startsWith('prev ') ? '2020-12' : undefined;
}

/** The head may end within a character. */
export const looksLikeText = (head: Uint8Array): boolean =>
  !head.includes(0) && [0, 1, 2, 3].some((cut) => fromUtf8(head.subarray(0, head.length - cut)) !== undefined);
