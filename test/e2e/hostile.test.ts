/** What strangers write is text: names, messages and files that try to be more. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { open } from '../../src/open/node.ts';
import { skipReason } from './chromium.ts';
import { arrive, assertNoBreaches, canRead, message, sees, startBrowser, startHouse } from './house.ts';

const SCRIPTS = [
  '<script>window.pwned = 1; alert(1)</script>',
  '<img src="x" onerror="window.pwned = 1; alert(1)">',
  '<a href="javascript:window.pwned = 1">click</a>',
  '"><svg onload=alert(1)>',
  '{{constructor.constructor("window.pwned = 1")()}}',
];

test('scripts, bidi tricks and long lines in names, messages and files are shown as text', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  const dataDir = mkdtempSync(join(tmpdir(), 'pipes-hostile-'));
  const mallory = await open({ dataDir, relay: house.url.slice(0, -1), name: '\u202e<b>Mallory</b><script>' });
  t.after(async () => {
    await mallory.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const channel = mallory.channel('main');
  await channel.join();
  await canRead(ada, 2);

  for (const text of SCRIPTS) await channel.send(text);
  await channel.send('\u202emoc.elpmaxe//:sptth\u202c and \u0000\u001b[2J');
  await channel.send('w'.repeat(4096));
  await channel.send('look', {
    files: [
      {
        name: '../\u202egnp.exe<img src=x onerror=alert(1)>.svg',
        type: 'image/svg+xml',
        bytes: bytes('<svg onload="alert(1)"/>'),
      },
      { name: 'page.png', type: 'image/png', bytes: bytes('<script>alert(1)</script>') },
    ],
  });
  await postUnsigned(house.url, {
    author: '<img src=x onerror=alert(1)>',
    content: '<script>alert(2)</script> unsigned',
  });
  await postUnsigned(house.url, { author: '\u202e\u200b', content: 'x'.repeat(1_000_000) });

  for (const text of SCRIPTS) await sees(ada, text);
  await sees(ada, 'moc.elpmaxe//:sptth and \ufffd\ufffd[2J');
  await ada.getByText('<b>Mallory</b><script>').first().waitFor();
  await sees(ada, '<script>alert(2)</script> unsigned');
  await message(ada, '<script>alert(2)</script> unsigned')
    .getByText('Not sealed, not signed', { exact: true })
    .waitFor();
  await ada.getByRole('button', { name: 'Save gnp.exe_img src=x onerror=alert(1)_.svg' }).waitFor();
  await ada.getByRole('button', { name: 'Save page.png' }).scrollIntoViewIfNeeded();
  await ada.getByText('Not shown: this is no picture').waitFor();
  await ada
    .getByRole('button', { name: /^Show all/ })
    .first()
    .click();
  assert.equal(await ada.locator('main img, main script, main svg[onload]').count(), 0);
  assert.equal(await ada.evaluate(() => 'pwned' in globalThis), false);
  assert.equal(await ada.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);

  const saving = ada.waitForEvent('download');
  await ada.getByRole('button', { name: /^Save gnp/ }).click();
  assert.doesNotMatch((await saving).suggestedFilename(), /[/\\<>\u202e]/);
  assertNoBreaches(ada);
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function postUnsigned(url: string, body: { author: string; content: string }): Promise<void> {
  const response = await fetch(`${url}messages?channel=main`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200);
}
