/** One entry out of a long log is proven to somebody who has nothing else of it (npm run check). */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from '../../src/open/node.ts';
import { onStage } from '../check.ts';

await onStage(async ({ folder, run }) => {
  const author = await open({ dataDir: join(folder, 'author') });
  const ids: string[] = [];
  for (let n = 0; n < 500; n++) ids.push((await author.logs.append('note', { text: `note ${n}` })).id);
  const certificate = Buffer.from(await author.logs.prove(ids[41] ?? ''));
  const own = (await author.logs.own()).author;
  await author.close();

  const file = join(folder, 'proof.pgn');
  const check = (...args: string[]) => run('reader/reader.ts', file, ...args);
  writeFileSync(file, certificate);
  const [said = '', text] = await check(own, join(folder, 'reader'));
  assert.equal(said, `proven: ${own} wrote this note at depth 42 of 501`);
  assert.equal(text, '  text "note 41"');
  assert.ok(certificate.toString().split('author ').length < 40, 'a few entries prove it');
  assert.match((await check(`USER.${'0'.repeat(52)}`, join(folder, 'reader')))[0] ?? '', /by somebody else/);
  writeFileSync(file, certificate.toString().replace('note 41', 'note 14'));
  assert.match((await check(own, join(folder, 'reader')))[0] ?? '', /^not proven: /);
});
