/**
 * Group commit for IndexedDB: all that wait are one transaction, as each costs a sync of the disk. Where it
 * fails, each is tried again in its own, so that one that cannot be stored fails alone.
 */
export interface GroupQueue<J, R> {
  add(job: J): Promise<R>;
}

interface Waiting<J, R> {
  readonly job: J;
  resolve(result: R): void;
  reject(error: unknown): void;
}

const GROUP = 256;

/** `perform` does all jobs in one transaction, or none: results in the order of the jobs. */
export function groupQueue<J, R>(perform: (jobs: readonly J[]) => Promise<R[]>): GroupQueue<J, R> {
  const waiting: Waiting<J, R>[] = [];
  let running = false;

  const settle = async (group: readonly Waiting<J, R>[]): Promise<void> => {
    try {
      const results = await perform(group.map(({ job }) => job));
      for (const [i, { resolve }] of group.entries()) resolve(results[i] as R);
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const each of group) await settle([each]);
    }
  };
  const run = async (): Promise<void> => {
    running = true;
    await undefined;
    while (waiting.length > 0) await settle(waiting.splice(0, GROUP));
    running = false;
  };
  return {
    add: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        if (!running) run();
      }),
  };
}
