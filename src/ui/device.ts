/** What is kept on this device for whoever uses it. A browser that keeps nothing for the page still gets a page. */
export type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The storage, or one that lasts as long as the page where asking for it is refused. */
export function keptOr(storage: () => Kept): Kept {
  try {
    return storage();
  } catch {
    const values = new Map<string, string>();
    return {
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => void values.set(key, value),
      removeItem: (key) => void values.delete(key),
    };
  }
}
