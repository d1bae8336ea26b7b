/** Opens two published bundles and a forked log in the page, as a person would (npm run check). */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { signerFromSeed } from '../../src/platform/node/crypto.ts';
import { launchChromium, skipReason } from '../../test/e2e/chromium.ts';
import { bundleOf, makeLog } from '../../test/logs/support.ts';
import { onStage } from '../check.ts';
import { serveExplorer } from './serve.ts';

const vectors = resolve(import.meta.dirname, '../../test/vectors/pigeon');

if (skipReason !== false) console.log(`skipped: ${skipReason}`);
else {
  await onStage(async ({ folder }) => {
    const explorer = await serveExplorer(0);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const failures: string[] = [];
      page.on('pageerror', (error) => failures.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && failures.push(message.text()));
      await page.goto(explorer.url);
      await page.waitForSelector('body[data-ready]');
      const authors = page.locator('#authors button');
      for (const [n, dialect] of ['2020-06', '2020-12'].entries()) {
        await page.locator('#folder').setInputFiles(join(vectors, dialect));
        await authors.nth(n).waitFor();
        await page.getByText('45 new messages, 0 known before').waitFor();
      }
      const signer = signerFromSeed(new Uint8Array(32).fill(9));
      for (const name of ['one', 'other']) {
        mkdirSync(join(folder, name));
        writeFileSync(
          join(folder, name, 'messages.pgn'),
          bundleOf(await makeLog(signer, 2, { textOf: () => `"${name}"` })),
        );
        await page.locator('#files').setInputFiles(join(folder, name, 'messages.pgn'));
        await page.getByText(name === 'one' ? '2 new messages' : '2 refused').waitFor();
      }
      await page.getByText('wrote two messages at depth 0').click();
      assert.equal(
        await page
          .locator('#forks pre')
          .first()
          .textContent()
          .then((text) => text?.match(/^author /gm)?.length),
        2,
      );
      assert.equal(await authors.count(), 3);
      await authors.filter({ hasText: '45 messages, 2020-06' }).click();
      await page.getByRole('button', { name: 'Verify every signature' }).click();
      await page.getByText('All 45 signatures are good.').waitFor();
      await page.locator('#entries button').nth(7).press('Enter');
      await page.getByRole('button', { name: 'Prove it without its log' }).click();
      await page.getByText('messages prove it').waitFor();
      const named = page.locator('#entries button').filter({ hasText: 'FILE.' }).first();
      await named.click();
      await page
        .getByRole('button', { name: /^Show FILE\./ })
        .first()
        .click();
      await page
        .getByText(/verified/)
        .first()
        .waitFor();
      if (process.env.SCREENSHOTS) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: join(process.env.SCREENSHOTS, `explorer-${colorScheme}.png`) });
        }
      }
      assert.deepEqual(failures, []);
    } finally {
      await browser.close();
      await explorer.close();
    }
  });
}
