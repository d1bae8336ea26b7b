/**
 * The work that is killed, and what each piece of it leaves: shared by the writer and by who checks. Batch `n`
 * places some envelopes, each in two scopes, and a record that lists them: there whole, or not at all.
 */
import { createHash } from 'node:crypto';
import type { StoreOp } from '../../src/core/ports.ts';

export const SCOPES = ['channel:left', 'channel:right'] as const;
export const BATCH_SPACE = 'batch';

export const membersOf = (n: number): number => 1 + (n % 4);
export const timeOf = (n: number): number => 1_000_000 + (n % 50);

export function idOf(n: number, member: number): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`${n}/${member}`).digest());
}

export function placeBatch(n: number): StoreOp[] {
  const members = Array.from({ length: membersOf(n) }, (_, member) => member);
  const places = members.flatMap((member) =>
    SCOPES.map((scope): StoreOp => {
      const envelope = new Uint8Array(200 + ((n * 37) % 1500)).fill(member + 1);
      const at = { scope, time: timeOf(n), id: idOf(n, member) };
      return { op: 'place', ...at, envelope, received: n, expires: 0, hint: String(n) };
    }),
  );
  return [...places, { op: 'put', space: BATCH_SPACE, key: String(n), value: String(membersOf(n)) }];
}

export function removeBatch(n: number): StoreOp[] {
  const removes = placeBatch(n).flatMap((op): StoreOp[] =>
    op.op === 'place' ? [{ op: 'remove', scope: op.scope, time: op.time, id: op.id }] : [],
  );
  return [...removes, { op: 'delete', space: BATCH_SPACE, key: String(n) }];
}

/** Both kinds, of up to 10 KB and from 20 KB on: small ones live in the index, larger ones in files. */
export function crashBlob(n: number): { hash: string; bytes: Uint8Array } {
  const size = n % 2 === 0 ? 500 + (n % 10_000) : 20_000 + ((n * 7919) % 200_000);
  const bytes = new Uint8Array(size).fill(n & 0xff);
  new DataView(bytes.buffer).setUint32(0, n);
  return { hash: createHash('sha256').update(bytes).digest('hex'), bytes };
}
