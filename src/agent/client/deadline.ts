/** Bounds work by a time and by whoever called for it. */
export type Bounded<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'late' };

/** Rejects with the caller's reason where the caller gave up. The work is told by its signal either way. */
export async function within<T>(
  ms: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Bounded<T>> {
  const controller = new AbortController();
  const late = new Error('late');
  const abort = (): void => controller.abort(caller?.reason);
  const timer = setTimeout(() => controller.abort(late), ms);
  if (caller?.aborted) abort();
  caller?.addEventListener('abort', abort);
  try {
    return { kind: 'done', value: await work(controller.signal) };
  } catch (error) {
    if (error === late) return { kind: 'late' };
    throw error;
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', abort);
  }
}
