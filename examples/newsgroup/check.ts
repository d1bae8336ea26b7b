/** Two readers of one newsgroup answer each other over a folder that both can reach (npm run check). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { open } from '../../src/open/node.ts';
import { onStage } from '../check.ts';

await onStage(async ({ folder, run }) => {
  const shared = join(folder, 'shared');
  const as = (who: string, ...args: string[]) => {
    process.env.DATA_DIR = join(folder, who);
    return run('newsgroup/newsgroup.ts', ...args);
  };
  const exchange = async (from: string, to: string) => {
    const [giver, taker] = await Promise.all([from, to].map((who) => open({ dataDir: join(folder, who) })));
    assert.ok(giver && taker);
    await giver.bundles.export(shared);
    await taker.bundles.import(shared);
    await Promise.all([giver.close(), taker.close()]);
  };
  const long = 'It rained. '.repeat(300);
  const [first = ''] = await as('ann', 'post', 'weather', 'Rain', long);
  await exchange('ann', 'ben');
  const [answer = ''] = await as('ben', 'reply', first, 'Here too.\u001b[31m');
  await exchange('ben', 'ann');
  const threads = await as('ann', 'threads', 'weather');
  assert.equal(threads.length, 2);
  assert.match(threads[0] ?? '', new RegExp(`^"Rain" in "weather", USER\\.\\w+, ${first}$`));
  assert.match(threads[1] ?? '', new RegExp(`^ {2}"Re Rain" in "weather", USER\\.\\w+, ${answer}$`));
  assert.deepEqual(await as('ben', 'read', first), ['"Rain"', '', long]);
  assert.equal((await as('ann', 'read', answer)).at(-1), 'Here too.\\u001b[31m');
});
