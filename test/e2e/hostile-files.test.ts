/** Files that are not what they say, or more than they seem, and texts of a size that no client of ours would write. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import { fromHex } from '../../src/core/bytes.ts';
import { toPost } from '../../src/core/envelope/piper.ts';
import { open } from '../../src/open/node.ts';
import { ciphers, random } from '../../src/platform/node/crypto.ts';
import type { Member, OutgoingFile, Peer } from '../../src/runtime/api.ts';
import { sealMessage } from '../../src/runtime/sealing.ts';
import { newPerson } from '../support/signed-posts.ts';
import { skipReason } from './chromium.ts';
import {
  arrive,
  assertNoBreaches,
  canRead,
  composer,
  drawn,
  message,
  sees,
  startBrowser,
  startHouse,
} from './house.ts';

const SCRIPT = '<script>window.pwned = 1</script>';
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned = 1">${SCRIPT}</svg>`;
const PHONE = { width: 360, height: 740 };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const fitsScreen = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

test('files that lie about what they are, or unpack without end, are refused, shown as text, or saved', {
  skip: skipReason,
}, async (t) => {
  const { ada, mallory } = await aHouseWithMallory(t);
  const lies: OutgoingFile[] = [
    { name: 'page.jpg', type: 'image/jpeg', bytes: bytes(`<!doctype html>${SCRIPT}`) },
    { name: 'drawing.gif', type: 'image/gif', bytes: bytes(SVG) },
    { name: 'both.gif', type: 'image/gif', bytes: bytes(`GIF89a/*${SCRIPT}*/=1;window.pwned=1`) },
    // A screen of 10 × 10, and a frame of 65,535 × 65,535.
    {
      name: 'frame.gif',
      type: 'image/gif',
      bytes: hex('474946383961 0a00 0a00 00 00 00 2c 0000 0000 ffff ffff 00 02 00 3b'),
    },
    { name: 'wide.jpg', type: 'image/jpeg', bytes: hex('ffd8 ffe00004 0000 ffc0 0011 08 ffff ffff 03 012200') },
    {
      name: 'wide.webp',
      type: 'image/webp',
      bytes: hex('52494646 16000000 57454250 56503858 0a000000 00000000 ff3f00 ff3f00'),
    },
  ];
  const others: OutgoingFile[] = [
    { name: 'packed.svg', type: 'image/svg+xml', bytes: gzipSync(Buffer.alloc(50_000_000, ' ')) },
    { name: 'archive.zip', type: 'application/zip', bytes: hex('504b0304').slice() },
    { name: `invoice.pdf${' '.repeat(90)}.exe`, type: 'application/x-msdownload', bytes: bytes('MZ') },
    { name: 'line.txt', type: 'text/html', bytes: bytes(`\u202e${SCRIPT}${'w'.repeat(1_000_000)}`) },
  ];
  await mallory.channel('main').send('look at these', { files: [...lies, ...others] });
  await sees(ada, 'look at these');
  for (const { name } of lies) {
    const entry = ada.locator('.files > li').filter({ has: ada.getByRole('button', { name: `Save ${name}` }) });
    await entry.scrollIntoViewIfNeeded();
    await entry.getByText('Not shown: this is no picture, or too large a one').waitFor();
  }
  await ada.getByRole('button', { name: 'Show packed.svg' }).click();
  await ada.getByText('This is no text').waitFor();
  assert.equal(await ada.getByRole('button', { name: /^(Show|Play|Enlarge) (archive|invoice)/ }).count(), 0);
  const exe = ada.getByRole('button', { name: /^Save invoice/ });
  assert.match((await exe.textContent()) ?? '', /\.exe/, 'the ending is seen');
  const saving = ada.waitForEvent('download');
  await exe.click();
  assert.match((await saving).suggestedFilename(), /\.exe$/);
  await ada.getByRole('button', { name: 'Show line.txt' }).click();
  const shown = ada.getByRole('figure', { name: 'line.txt' }).locator('pre');
  await shown.waitFor();
  const text = (await shown.textContent()) ?? '';
  assert.ok(text.startsWith(SCRIPT) && text.length <= 20_000, `${text.length} characters`);
  await ada.setViewportSize(PHONE);
  assert.equal(await fitsScreen(ada), true);
  assert.equal(await ada.locator('main img, main script, main iframe, main object, main embed').count(), 0);
  assert.equal(await ada.evaluate(() => 'pwned' in globalThis), false);
  assertNoBreaches(ada);
});

test('a sealed line of 180,000 characters, and names that run over, leave the page usable', {
  skip: skipReason,
}, async (t) => {
  const { ada, mallory, url } = await aHouseWithMallory(t);
  const channel = mallory.channel('main');
  await channel.send('before');
  const readers = await channel.members();
  await postSealed(url, readers, `long ${'w'.repeat(180_000)}`);
  await postSealed(url, readers, `links https://a.b/${')'.repeat(150_000)}x`);
  await postSealed(url, readers, `marks ${'**_~~`@'.repeat(20_000)}`);
  await postSealed(url, readers, `tall ${'\u0e49\u0301'.repeat(30_000)}`);
  await mallory.setName('ﷺ'.repeat(32) + '\u0301'.repeat(32));
  await channel.send('after');
  await sees(ada, 'after');
  for (const begin of ['long', 'links', 'marks', 'tall']) {
    const row = ada
      .locator('li.message')
      .filter({ hasText: new RegExp(`^.*${begin} `) })
      .last();
    await row.scrollIntoViewIfNeeded();
    const before = await heightOf(row);
    assert.ok(before < 2000, `${begin}: ${before} pixels high before all is asked for`);
    const all = row.getByRole('button', { name: /^Show all/ });
    // By key: what was shown before may still be finding its height, and moves what a pointer would aim at.
    await all.focus();
    const top = await topOf(row);
    await all.press('Enter');
    await row.locator('.whole').waitFor();
    await drawn(ada);
    const moved = Math.abs((await topOf(row)) - top);
    assert.ok(moved < 100, `${begin}: what is read moved by ${moved} pixels when all was asked for`);
  }
  await ada.setViewportSize(PHONE);
  assert.equal(await fitsScreen(ada), true);
  await composer(ada).fill('still here');
  await composer(ada).press('Enter');
  await message(ada, 'still here').waitFor();
  assertNoBreaches(ada);
});

const heightOf = (row: Locator): Promise<number> => row.evaluate((element) => element.getBoundingClientRect().height);
const topOf = (row: Locator): Promise<number> => row.evaluate((element) => element.getBoundingClientRect().top);

async function aHouseWithMallory(
  t: Parameters<typeof startHouse>[0],
): Promise<{ ada: Page; mallory: Peer; url: string }> {
  const { url } = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), url, 'Ada');
  const dataDir = mkdtempSync(join(tmpdir(), 'pipes-hostile-'));
  const mallory = await open({ dataDir, relay: url.slice(0, -1), name: 'Mallory' });
  t.after(async () => {
    await mallory.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const channel = mallory.channel('main');
  await channel.join();
  await canRead(ada, 2);
  // What is sent before one knows of the other is not sealed to her.
  await new Promise<void>((resolve) => {
    const look = (count: number): void => void (count === 2 && resolve());
    channel.on('members', (members) => look(members.length));
    void channel.members().then((members) => look(members.length));
  });
  return { ada, mallory, url };
}

/** Sealed by a client that keeps to no limit of ours, to those who can read. */
async function postSealed(url: string, readers: readonly Member[], text: string): Promise<void> {
  const profiles = (await (await fetch(`${url}profiles?channel=main`)).json()) as {
    key: string;
    agreement_key: string;
  }[];
  const recipients = readers.map(({ key, dot1 }) => {
    const profile = profiles.find((each) => each.key === key);
    return { dot1, agreementKey: fromHex(profile?.agreement_key ?? '') ?? new Uint8Array() };
  });
  const sealed = await sealMessage(
    {
      ...{ plaintext: bytes(text), recipients, sender: newPerson(), channel: 'main', id: randomUUID() },
      createdAt: new Date().toISOString(),
    },
    { ciphers, random },
  );
  const response = await fetch(`${url}messages?channel=main`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(toPost(sealed, { author: '\u202e\u0301'.repeat(20) })),
  });
  assert.equal(response.status, 200, await response.text());
}
