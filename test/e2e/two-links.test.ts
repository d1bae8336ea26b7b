/** The quick start: the two links that the command line prints, in two tabs of one browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start, temporaryDirectory } from '../support/command.ts';
import { skipReason } from './chromium.ts';
import {
  assertNoBreaches,
  canRead,
  connected,
  enter,
  message,
  openPage,
  ownDot1,
  say,
  sees,
  startBrowser,
} from './house.ts';

test('the two printed links, in two tabs of one browser, are two people who chat sealed', {
  skip: skipReason,
}, async (t) => {
  const relay = start(['up', '--port', '0', '--json'], { DATA_DIR: temporaryDirectory() });
  t.after(() => relay.stop());
  const { port } = JSON.parse(await relay.line((line) => line.startsWith('{')));
  const link = `http://localhost:${port}/`;
  const browser = await startBrowser(t);
  const context = await browser.newContext();

  const ada = await openPage(context, link);
  await enter(ada, 'Ada');
  const grace = await openPage(context, `${link}?person=new`);
  await grace.getByText('This tab is another person').waitFor();
  await enter(grace, 'Grace');
  assert.equal(new URL(grace.url()).search, '');
  await Promise.all([connected(ada), connected(grace), canRead(ada, 2), canRead(grace, 2)]);

  await say(ada, 'Hello from the first tab');
  await sees(grace, 'Hello from the first tab');
  await say(grace, 'Hello from the second');
  await sees(ada, 'Hello from the second');
  await message(ada, 'Hello from the second').getByText('Sealed to 2 readers').waitFor({ state: 'attached' });
  assert.notEqual(await ownDot1(ada), await ownDot1(grace));
  assertNoBreaches(ada, grace);
});
