/**
 * What waits for its reader: an asynchronous iteration over what is pushed. Never drops; it tells its source to pause
 * while more than a handful wait, and to go on once they have been taken.
 */
export interface Queue<T> extends AsyncIterableIterator<T> {
  push(item: T): void;
  /** Ends the iteration once what waits has been taken; with an error, it throws that then. */
  end(error?: unknown): void;
  readonly waiting: number;
}

export interface QueueOptions<T> {
  /** More than so many waiting make the source pause. */
  readonly high: number;
  /** Told whenever the queue grows beyond `high` or falls to it again. */
  readonly onPressure?: (isHigh: boolean) => void;
  /** Told when the reader comes back for more, which says that it is done with what it took before. */
  readonly onDone?: (item: T) => void;
  /** Told once when the iteration is over, whoever ended it. */
  readonly onEnd?: () => void;
}

export function createQueue<T>(options: QueueOptions<T>): Queue<T> {
  const items: T[] = [];
  const readers: { settle: (result: IteratorResult<T>) => void; reject: (error: unknown) => void }[] = [];
  let taken: { item: T } | undefined;
  let over: { error?: unknown } | undefined;

  const take = (): IteratorResult<T> => {
    const item = items.shift() as T;
    taken = { item };
    if (items.length === options.high) options.onPressure?.(false);
    return { value: item, done: false };
  };
  const doneWithLast = (): void => {
    if (taken !== undefined) options.onDone?.(taken.item);
    taken = undefined;
  };
  const finish = (error?: unknown): void => {
    if (over !== undefined) return;
    over = error === undefined ? {} : { error };
    if (items.length > options.high) options.onPressure?.(false);
    for (const reader of readers.splice(0)) {
      if (error === undefined) reader.settle({ value: undefined, done: true });
      else reader.reject(error);
    }
    options.onEnd?.();
  };

  return {
    get waiting() {
      return items.length;
    },
    push(item) {
      if (over !== undefined) return;
      items.push(item);
      const reader = readers.shift();
      if (reader !== undefined) reader.settle(take());
      else if (items.length === options.high + 1) options.onPressure?.(true);
    },
    end: finish,
    next() {
      doneWithLast();
      if (items.length > 0) return Promise.resolve(take());
      if (over !== undefined) {
        const { error } = over;
        over = {};
        return error === undefined ? Promise.resolve({ value: undefined, done: true }) : Promise.reject(error);
      }
      return new Promise((settle, reject) => readers.push({ settle, reject }));
    },
    async return() {
      // Breaking out of a loop is the reader's way of saying that it has dealt with the last one.
      doneWithLast();
      items.length = 0;
      finish();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
