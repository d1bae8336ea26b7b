/** Which path is best, and which one beside it shares nothing with it (spec/10-route.md#choosing). */
import type { Path } from './path.ts';

/** `before` stays the best until another one is clearly better: changing back and forth disturbs the order. */
export function choose(
  paths: readonly Path[],
  before: Path | undefined,
): [best: Path | undefined, second: Path | undefined] {
  const byCost = paths.filter((path) => path.isUp).sort((a, b) => a.cost - b.cost);
  const first = byCost[0];
  const stays = before?.isUp && first !== undefined && first.cost * 1.25 + 2 >= before.cost;
  const best = stays ? before : first;
  return [best, byCost.find((path) => path.group !== best?.group)];
}
