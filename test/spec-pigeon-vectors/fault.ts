/** What a vector's one fault is, and where in an entry things stand. */
import { DIALECTS, type Dialect, type HeaderField } from '../../src/core/log/dialect.ts';
import type { Damage, Lines } from './writer.ts';

export interface Fault {
  readonly name: string;
  readonly requirement: string;
  readonly about: string;
  readonly reason: string;
  /** Lines behind the entry's first. */
  readonly line: number;
  /** null: not told. */
  readonly depth?: number | null;
  readonly lines?: (lines: Lines) => Lines;
  /** Signed over. */
  readonly before?: Damage;
  /** Behind the signature's back. */
  readonly after?: Damage;
}

export const withHeader = (fields: Partial<Lines['header']>) => (lines: Lines) => ({
  ...lines,
  header: { ...lines.header, ...fields },
});
export const withBody =
  (...body: string[]) =>
  (lines: Lines) => ({ ...lines, body });
export const lineOf = (dialect: Dialect, field: HeaderField): number => DIALECTS[dialect].header.indexOf(field);
export const bodyLine = (dialect: Dialect): number => DIALECTS[dialect].header.length + 1;

export type Places = ReturnType<typeof placesOf>;

/** Lines behind the entry's first on which things stand, and what faults are made of. */
export function placesOf(dialect: Dialect) {
  const at = (field: HeaderField) => lineOf(dialect, field);
  const old = dialect === '2020-04';
  return {
    ...{ dialect, old, prev: at('prev'), depth: at('depth'), kind: at('kind'), lipmaa: at('lipmaa') },
    body: bodyLine(dialect),
    /** What is told of the depth by a fault in line `n` of the header. */
    known: (n: number) => (n > at('depth') ? 2 : null),
    wrongId: old ? `%${'A'.repeat(51)}0.sha256` : `TEXT.${'A'.repeat(51)}0`,
  };
}
