/**
 * Tasks that run side by side, at most so many, and are ended in the order they began: what stands for one of them is
 * only said when all before it are done. After a failure nothing more is called done.
 */
export interface SideBySide {
  /** Begins a task, once there is room; `ended` is called when it and all before it are done. */
  begin(task: () => Promise<unknown>, ended?: () => void): Promise<void>;
  /** Resolves when all are done; rejects with the first failure. */
  all(): Promise<void>;
}

interface Running {
  readonly settled: Promise<unknown>;
  readonly ended: (() => void) | undefined;
  done: boolean;
}

/** `onFailure` hears of a failure at once, whoever waits then. */
export function sideBySide(atOnce: number, onFailure: (error: unknown) => void = () => {}): SideBySide {
  const running: Running[] = [];
  let failure: { error: unknown } | undefined;
  const endDone = (): void => {
    while (failure === undefined && running[0]?.done) running.shift()?.ended?.();
  };
  const fail = (error: unknown): void => {
    failure ??= { error };
    onFailure(error);
  };
  const room = async (free: number): Promise<void> => {
    while (failure === undefined && running.length > free) await running[0]?.settled;
    if (failure) throw failure.error;
  };
  return {
    async begin(task, ended) {
      await room(atOnce - 1);
      const one: Running = {
        ended,
        done: false,
        settled: task().then(() => {
          one.done = true;
          endDone();
        }, fail),
      };
      running.push(one);
    },
    all: () => room(0),
  };
}
