/** Collects what comes closely together and hands it on at once; can hold all back for a while. */
export interface Gatherer<T> {
  add(item: T): void;
  hold(): void;
  release(): void;
  stop(): void;
}

/** What comes closer together than this is handed on together. */
const GATHER_MS = 30;
/** The same while they come by the dozen: a reader can't follow, and drawing costs more than it shows. */
const FLOOD_MS = 300;
const FLOOD = 24;

export function gather<T>(use: (items: T[]) => void): Gatherer<T> {
  let items: T[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let held = false;
  let wait = GATHER_MS;
  const flush = (): void => {
    timer = undefined;
    const ready = items;
    wait = ready.length >= FLOOD ? FLOOD_MS : GATHER_MS;
    items = [];
    use(ready);
  };
  const arm = (): void => {
    if (!held && items.length > 0) timer ??= setTimeout(flush, wait);
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
