/**
 * Lipmaa links (spec/02-pigeon.md#lipmaa): for each depth an earlier one, chosen so that any entry is reached from any
 * later one over a number of links that grows with the logarithm of the distance.
 */

/** The depth that an entry at `depth` links to; undefined at depth 0, which has nothing before it. */
export function lipmaa(depth: number): number | undefined {
  if (depth === 0) return undefined;
  let power = 3;
  let sum = 1;
  while (sum < depth) {
    power *= 3;
    sum = (power - 1) / 2;
  }
  power /= 3;
  return depth - (sum === depth ? power : lastSum(depth, power));
}

/** The size of the innermost group that ends at `depth`. */
function lastSum(depth: number, largest: number): number {
  let power = largest;
  let sum = 0;
  for (let rest = depth; rest !== 0; rest %= sum) {
    sum = (power - 1) / 2;
    power /= 3;
  }
  return sum;
}

/**
 * Depths on the shortest way by links from `head` back to `target`, both included: at each step the lipmaa link where
 * it does not overshoot, else the one before.
 */
export function lipmaaPath(head: number, target: number): number[] {
  const path = [head];
  for (let at = head; at > target; ) {
    const far = lipmaa(at) ?? 0;
    at = far >= target ? far : at - 1;
    path.push(at);
  }
  return path;
}
