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
