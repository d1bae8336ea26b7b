/**
 * Strangers' text in a sentence of ours: a name that runs right to left must not turn an English sentence round, nor
 * a Latin one an Arabic sentence. Every text that a catalogue's functions are given is isolated here, for all of them. What is a
 * code and not a text is therefore handed over inside an object.
 */
import { isolate } from './phrase.ts';

type Said = string | ((...values: never[]) => string) | { readonly [key: string]: Said };

/** The same catalogue; texts handed to its functions keep to themselves. */
export function isolating<T extends object>(direction: 'ltr' | 'rtl', catalogue: T): T {
  const entries = Object.entries(catalogue).map(([key, value]: [string, Said]) => [key, wrap(direction, value)]);
  return Object.fromEntries(entries) as T;
}

function wrap(direction: 'ltr' | 'rtl', value: Said): unknown {
  if (typeof value === 'string') return value;
  if (typeof value !== 'function') return isolating(direction, value);
  const said = value as (...values: unknown[]) => string;
  const wrapped = (...values: unknown[]): string =>
    said(...values.map((each) => (typeof each === 'string' ? isolate(direction, each) : each)));
  // A function's length is the number of its parameters, which the catalogues' test compares.
  return Object.defineProperty(wrapped, 'length', { value: said.length });
}
