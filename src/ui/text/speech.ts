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
  const ways = once(() => waysOf(regional(tag)));
  const number = (value: number): string => ways().plain.format(value);
  return {
    categories,
    number,
    percent: (done, total) => ways().share.format(total === 0 ? 0 : done / total),
    size(bytes) {
      const power = bytes < 1e3 ? 0 : bytes < 1e6 ? 1 : bytes < 1e9 ? 2 : 3;
      const value = bytes / 1000 ** power;
      return `${ways().short.format(value < 10 ? value : Math.round(value))} ${units[power]}`;
    },
    many: (count, forms) => forms[ways().rules.select(count) as C].replace('#', () => number(count)),
  };
}

const waysOf = (locale: string) => ({
  plain: new Intl.NumberFormat(locale),
  short: new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }),
  share: new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }),
  rules: new Intl.PluralRules(locale),
});

/** When it is first needed: a browser's first use of Intl takes longer than all else of the page's start. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
