/** Values on their way into a page and back: JSON, with bytes and undefined kept. */
import { fromBase64, toBase64 } from '../../src/core/bytes.ts';

export const toWire = (value: unknown): string =>
  JSON.stringify({ value }, (_, each: unknown) => {
    if (each instanceof Uint8Array) return { $bytes: toBase64(each) };
    return each === undefined ? { $undefined: true } : each;
  });

export const fromWire = (text: string): unknown => (revive(JSON.parse(text)) as { value: unknown }).value;

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  if ('$bytes' in value) return fromBase64(String(value.$bytes));
  if ('$undefined' in value) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revive(each)]));
}
