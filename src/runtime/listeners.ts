/** Those who want to hear of something, told in the order in which they came. */
export interface Listeners<A extends readonly unknown[]> {
  /** The result makes it hear no more. */
  add(listener: (...what: A) => void): () => void;
  tell(...what: A): void;
}

export function createListeners<A extends readonly unknown[]>(): Listeners<A> {
  const all = new Set<(...what: A) => void>();
  return {
    add(listener) {
      all.add(listener);
      return () => void all.delete(listener);
    },
    tell(...what) {
      for (const listener of all) listener(...what);
    },
  };
}
