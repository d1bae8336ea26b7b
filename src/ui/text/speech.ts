/**
 * How one language counts: numbers, shares, sizes and plural forms by Intl. A catalogue names the plural categories
 * that its language has, so that the compiler asks for a form of each.
 */
import { regional } from './preferred.ts';

type Category = Intl.LDMLPluralRule;

export interface Speech<C extends Category> {
  readonly categories: readonly C[];
  number(value: number): string;
  /** A part of a whole, as a whole percentage; of nothing it is none. */
  percent(done: number, total: number): string;
  /** Bytes, or whatever else is counted in thousands, short and true. */
  size(bytes: number): string;
  /** The form for this count, its # replaced by the number. */
  many(count: number, forms: Readonly<Record<C, string>>): string;
}

export function speech<const C extends Category>(
  tag: string,
  categories: readonly C[],
  units: readonly [string, string, string, string],
): Speech<C> {
  const locale = regional(tag);
  const plain = new Intl.NumberFormat(locale);
  const short = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const rules = new Intl.PluralRules(locale);
  const number = (value: number): string => plain.format(value);
  return {
    categories,
    number,
    percent: (done, total) => share.format(total === 0 ? 0 : done / total),
    size(bytes) {
      const power = bytes < 1e3 ? 0 : bytes < 1e6 ? 1 : bytes < 1e9 ? 2 : 3;
      const value = bytes / 1000 ** power;
      return `${short.format(value < 10 ? value : Math.round(value))} ${units[power]}`;
    },
    many: (count, forms) => forms[rules.select(count) as C].replace('#', () => number(count)),
  };
}
