/**
 * A signal that fires when the time is over, and never once the task has ended. AbortSignal.timeout() would go on: js-libp2p
 * hands the signal of a dial to the socket, which then breaks at that time, however well it is doing.
 */
export async function within<T>(ms: number, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException('the time is over', 'TimeoutError')), ms);
  try {
    return await task(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
