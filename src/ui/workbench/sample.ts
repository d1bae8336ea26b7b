/** Messages for tests, and a way to wait for what a signal will say. */
import { effect, type ReadonlySignal } from '@preact/signals';
import type { Message } from '../../runtime/api.ts';

/** The n-th message of somebody, one second after the one before it. */
export function sample(n: number, extra: Partial<Message> = {}): Message {
  return {
    id: n.toString(16).padStart(64, '0'),
    channel: 'main',
    time: new Date(1_700_000_000_000 + n * 1000),
    author: { key: 'ab'.repeat(32), dot1: 'dot1:0123456789abcdef', name: 'Grace', self: false, agent: false },
    text: `message ${n}`,
    files: [],
    lock: { state: 'open', readers: 2 },
    delivery: { state: 'received' },
    ...extra,
  };
}

/** Samples from the first to before the last number. */
export const samples = (from: number, to: number): Message[] =>
  Array.from({ length: to - from }, (_, index) => sample(from + index));

/** Resolves with the first value that fits. */
export function until<T>(source: ReadonlySignal<T>, fits: (value: T) => boolean): Promise<T> {
  return new Promise((settle) => {
    const state: { stop?: () => void; done?: boolean } = {};
    state.stop = effect(() => {
      if (state.done || !fits(source.value)) return;
      state.done = true;
      queueMicrotask(() => state.stop?.());
      settle(source.value);
    });
  });
}
