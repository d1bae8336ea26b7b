/** Typed events. A listener that throws harms neither the others nor the one who emits. */
export interface Emitter<Events> {
  on<K extends keyof Events>(event: K, listener: (value: Events[K]) => void): () => void;
  emit<K extends keyof Events>(event: K, value: Events[K]): void;
}

export function createEmitter<Events>(onError: (error: unknown) => void = () => {}): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(value: never) => void>>();
  return {
    on(event, listener) {
      const own = (value: Events[typeof event]) => listener(value);
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(own));
      return () => void set.delete(own);
    },
    emit(event, value) {
      for (const listener of listeners.get(event) ?? []) {
        try {
          listener(value as never);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
