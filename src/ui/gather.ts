/** Collects what comes closely together and hands it on at once; can hold all back for a while. */
export interface Gatherer<T> {
  add(item: T): void;
  hold(): void;
  release(): void;
  stop(): void;
}

/** What comes closer together than this is handed on together. */
const GATHER_MS = 30;

export function gather<T>(use: (items: T[]) => void): Gatherer<T> {
  let items: T[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let held = false;
  const flush = (): void => {
    timer = undefined;
    const ready = items;
    items = [];
    use(ready);
  };
  const arm = (): void => {
    if (!held && items.length > 0) timer ??= setTimeout(flush, GATHER_MS);
  };
  const disarm = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    add(item) {
      items.push(item);
      arm();
    },
    hold() {
      held = true;
      disarm();
    },
    release() {
      held = false;
      arm();
    },
    stop() {
      disarm();
      items = [];
    },
  };
}
