import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesPass, createPace } from './heap-pace.ts';

const MB = 1_048_576;

function begun() {
  const grown: (number | undefined)[] = [];
  const tasks: { at: number; task: () => void }[] = [];
  let time = 0;
  const pass = createPace({
    now: () => time,
    after: (ms, task) => void tasks.push({ at: time + ms, task }),
    grow: (bytes) => void grown.push(bytes),
  });
  const until = (to: number): void => {
    time = to;
    for (const { task } of tasks.splice(0).filter(({ at }) => at <= to)) task();
  };
  return { pass, grown, until };
}

describe('the pace of the heap', () => {
  it('is left alone by what trickles', () => {
    const { pass, grown, until } = begun();
    for (let second = 0; second < 60; second++) {
      until(second * 1000);
      pass(MB);
    }
    assert.deepEqual(grown, []);
  });

  it('is relaxed while much flows, and as before once it is over', () => {
    const { pass, grown, until } = begun();
    for (let second = 0; second < 3; second++) {
      until(second * 1000);
      for (let piece = 0; piece < 50; piece++) pass(MB);
    }
    assert.deepEqual(grown, Array(3).fill(64 * MB));
    until(3000);
    until(4000);
    assert.deepEqual(grown, [...Array(4).fill(64 * MB), undefined]);
    pass(MB);
    assert.equal(grown.length, 5);
  });

  it('takes what the engine is told', () => {
    for (let piece = 0; piece < 16; piece++) assert.doesNotThrow(() => bytesPass(MB));
  });
});
