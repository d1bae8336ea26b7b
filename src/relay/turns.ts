/** A bound on how many tasks run at once; the others wait in line. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(most: number): Turns {
  const line: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => line.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

/** Runs tasks of one name one after another. */
export function createLanes(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const lanes = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = lanes.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => undefined);
    lanes.set(name, settled);
    try {
      return await mine;
    } finally {
      if (lanes.get(name) === settled) lanes.delete(name);
    }
  };
}
