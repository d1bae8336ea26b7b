/** What happens to two peers when the cable between them is pulled, or one of them gets another address. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as rest } from 'node:timers/promises';
import { directPair } from './direct.ts';
import { measure, told } from './exchange.ts';
import { lastFirst, whyNoNetworks } from './namespaces.ts';

const PULLED_MS = 10_000;
/** From the cable being back to all that was said having arrived. */
const MOST_MS = 15_000;

describe('two peers joined by one cable', { skip: whyNoNetworks() ?? false, concurrency: false }, () => {
  it('catch up on both sides once it is back after ten seconds', async (t) => {
    const { ann, ben, cable } = await directPair(lastFirst(t));
    await ben.hears([await ann.post('before')]);
    cable.pull();
    const said: { readonly here: string[]; readonly there: string[] } = { here: [], there: [] };
    for (const until = performance.now() + PULLED_MS; performance.now() < until; await rest(250)) {
      said.here.push(await ann.post(`here ${said.here.length}`));
      said.there.push(await ben.post(`there ${said.there.length}`));
    }
    assert.ok(!ben.heard.some(({ id }) => said.here.includes(id)), 'nothing came while it was out');
    cable.plug();
    const back = performance.now();
    await Promise.all([ben.hears(said.here), ann.hears(said.there)]);
    const took = performance.now() - back;
    t.diagnostic(`${2 * said.here.length} messages after ${took.toFixed(0)} ms`);
    assert.ok(took < MOST_MS, `it took ${took.toFixed(0)} ms`);
    for (const seat of [ann, ben]) {
      const ids = seat.heard.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length, 'nothing came twice');
      assert.equal((await seat.stored()).length, 1 + 2 * said.here.length);
    }
  });

  for (const [end, name] of [
    [1, 'the one that dialled'],
    [0, 'the one that was dialled'],
  ] as const) {
    it(`go on when ${name} gets another address`, async (t) => {
      const { ann, ben, cable } = await directPair(lastFirst(t));
      const host = cable.hosts[end].replace(/\d+$/, '7');
      const there = await measure(ann, ben, () => cable.move(end, host), 8);
      t.diagnostic(`to Ben: ${told(there)}`);
      const back = await measure(ben, ann, () => undefined, 5);
      t.diagnostic(`to Ann: ${told(back)}`);
      assert.ok(there.longestMs < MOST_MS, told(there));
      assert.ok(back.longestMs < MOST_MS, told(back));
    });
  }
});
