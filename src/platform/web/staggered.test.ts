import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { staggered } from './staggered.ts';

/** Attempts that the test ends, and a clock that it turns. */
function stage() {
  const begun: { settle: PromiseWithResolvers<string>; signal: AbortSignal }[] = [];
  const due: { ms: number; run: () => void }[] = [];
  const dropped: string[] = [];
  const whole = new AbortController();
  const result = staggered(
    (signal) => {
      const settle = Promise.withResolvers<string>();
      signal.addEventListener('abort', () => settle.reject(signal.reason));
      begun.push({ settle, signal });
      return settle.promise;
    },
    {
      pausesMs: [10, 20],
      signal: whole.signal,
      drop: (late) => dropped.push(late),
      clock: {
        after(ms, run) {
          const timer = { ms, run };
          due.push(timer);
          return () => {
            if (due.includes(timer)) due.splice(due.indexOf(timer), 1);
          };
        },
      },
    },
  );
  const pass = (): number | undefined => {
    const next = due.shift();
    next?.run();
    return next?.ms;
  };
  return { begun, due, dropped, whole, result, pass };
}

describe('staggered attempts', () => {
  it('take the one that stands where an earlier one hangs, and give the others up', async () => {
    const { begun, due, result, pass } = stage();
    assert.equal(begun.length, 1);
    assert.equal(pass(), 10);
    begun[1]?.settle.resolve('second');
    assert.equal(await result, 'second');
    assert.deepEqual(
      begun.map(({ signal }) => signal.aborted),
      [true, false],
    );
    assert.deepEqual(due, [], 'no third one will begin');
  });

  it('fail at once where the only one fails, and else with the last that runs', async () => {
    const one = stage();
    one.begun[0]?.settle.reject(new Error('refused'));
    await assert.rejects(one.result, /refused/);
    assert.deepEqual(one.due, []);
    const two = stage();
    two.pass();
    two.begun[1]?.settle.reject(new Error('the second'));
    two.begun[0]?.settle.reject(new Error('the first'));
    await assert.rejects(two.result, /the first/);
  });

  it('begin as often as there are pauses and once more, and end with the whole', async () => {
    const { begun, whole, result, pass } = stage();
    assert.deepEqual([pass(), pass(), pass()], [10, 20, undefined]);
    assert.equal(begun.length, 3);
    whole.abort(new Error('the time is over'));
    await assert.rejects(result, /the time is over/);
    assert.ok(begun.every(({ signal }) => signal.aborted));
  });

  it('hand back what comes in spite of being given up', async () => {
    const dropped: string[] = [];
    const late = Promise.withResolvers<string>();
    const attempts = [late.promise, Promise.resolve('soon')];
    const result = await staggered(() => attempts.shift() as Promise<string>, {
      pausesMs: [0],
      signal: new AbortController().signal,
      drop: (made) => dropped.push(made),
      clock: {
        after(_ms, run) {
          queueMicrotask(run);
          return () => {};
        },
      },
    });
    assert.equal(result, 'soon');
    late.resolve('late');
    await late.promise;
    assert.deepEqual(dropped, ['late']);
  });
});
