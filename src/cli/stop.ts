/** Graceful stopping: the first SIGINT or SIGTERM asks for it, a second one ends the process at once. */
export function stopSignal(): { signal: AbortSignal; stopped: Promise<void>; dispose(): void } {
  const controller = new AbortController();
  const stopped = new Promise<void>((settle) => controller.signal.addEventListener('abort', () => settle()));
  const ask = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', ask).on('SIGTERM', ask);
  return {
    signal: controller.signal,
    stopped,
    dispose: () => {
      process.off('SIGINT', ask).off('SIGTERM', ask);
    },
  };
}

const LINGER_MS = 200;

/** All is closed: what a library still holds on to does not keep the process. */
export function endSoon(): void {
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** Waits for `work`, but not for ever; says whether it came to its end. */
export async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((settle) => {
    timer = setTimeout(() => settle(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
