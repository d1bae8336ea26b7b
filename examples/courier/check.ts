/** A courier goes from one village to another and back; what is written in each is read in the other (npm run check). */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { open } from '../../src/open/node.ts';
import { onStage } from '../check.ts';

await onStage(async ({ folder, run }) => {
  const stick = join(folder, 'stick');
  const carry = () => run('courier/courier.ts', stick, join(folder, 'courier'));
  const [upper, lower] = await Promise.all(['upper', 'lower'].map((name) => open({ dataDir: join(folder, name) })));
  assert.ok(upper && lower);
  const picture = await upper.logs.files.put([Buffer.from('a picture of the bridge')]);
  await upper.logs.append('news', { text: 'the bridge is open', picture: picture.id });
  await upper.bundles.export(stick);
  assert.deepEqual(await carry(), ['took in 2 entries and 1 files', 'wrote 2 entries and 1 files']);

  await lower.bundles.import(stick);
  const heard = [];
  for await (const { body } of lower.logs.entries({ kind: 'news' })) heard.push(Object.fromEntries(body).text);
  assert.deepEqual(heard, ['"the bridge is open"']);
  await lower.logs.append('news', { text: 'we are coming' });
  await lower.logs.follow((await upper.logs.own()).key);
  await lower.bundles.export(stick);
  await carry();
  const { imported } = await upper.bundles.import(stick);
  assert.equal(imported, 2);
  await Promise.all([upper.close(), lower.close()]);
});
