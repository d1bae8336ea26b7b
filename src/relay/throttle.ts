/** Keeps a flood of bad requests from filling a disk with log lines. */

/** Lets at most so many lines a second through, so that a flood of bad requests does not fill a disk. */
export function createThrottle(perSecond: number, now: () => number): () => boolean {
  let second = 0;
  let count = 0;
  return () => {
    const at = Math.floor(now() / 1000);
    if (at !== second) {
      second = at;
      count = 0;
    }
    return ++count <= perSecond;
  };
}
