/** What the contracts of Store and BlobStore are played with. */
import type { Store, StoreOp } from '../../src/core/ports.ts';

export interface FakeClock {
  time: number;
  now(): number;
}

export const fakeClock = (): FakeClock => ({
  time: 1000,
  now() {
    return this.time;
  },
});

export interface StoreAdapter {
  readonly name: string;
  /** The same `place` opens the same data again, where the adapter keeps it. */
  open(place: string, clock: FakeClock): Promise<Store>;
  readonly durable: boolean;
  /** How many random histories to try. */
  readonly runs?: number;
  cleanUp?(): Promise<void>;
}

let places = 0;
export const freshPlace = (): string => `place-${process.pid}-${++places}`;

export const idOf = (n: number): Uint8Array => new Uint8Array(32).fill(n & 0xff).fill(n >> 8, 0, 1);

export function placeOp(n: number, fields: Partial<Extract<StoreOp, { op: 'place' }>> = {}): StoreOp {
  const envelope = new TextEncoder().encode(`envelope ${n}`);
  const time = 1000 + n;
  return {
    op: 'place',
    scope: 'channel:main',
    time,
    id: idOf(n),
    envelope,
    received: time + 5,
    expires: 0,
    hint: '',
    ...fields,
  };
}

export const authorOf = (letter: string): string => letter.repeat(64);

export function appendOp(author: string, depth: number, fields: Partial<AppendOp> = {}): AppendOp {
  const bytes = new TextEncoder().encode(`entry ${depth} of ${author}`);
  const id = idOf(author.charCodeAt(0) * 256 + depth);
  return {
    op: 'append',
    ...{ author: authorOf(author), depth, id, dialect: '2020-06', kind: 'note', bytes, received: 5, verified: true },
    ...fields,
  };
}

export type AppendOp = Extract<StoreOp, { op: 'append' }>;
