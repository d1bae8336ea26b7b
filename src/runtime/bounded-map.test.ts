import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boundedMap } from './bounded-map.ts';

describe('a bounded map', () => {
  it('forgets the oldest, and what was set again is young', () => {
    const map = boundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    map.set('c', 4);
    assert.deepEqual([map.get('a'), map.get('b'), map.get('c'), map.size], [3, undefined, 4, 2]);
  });

  it('goes on forgetting after everything was deleted', () => {
    const map = boundedMap<number, number>(3);
    for (let round = 0; round < 5; round++) {
      for (let key = 0; key < 10; key++) map.set(round * 10 + key, key);
      assert.deepEqual(
        [7, 8, 9].map((key) => map.get(round * 10 + key)),
        [7, 8, 9],
      );
      assert.equal(map.size, 3);
      for (let key = 0; key < 10; key++) map.delete(round * 10 + key);
      assert.equal(map.size, 0);
    }
  });
});
