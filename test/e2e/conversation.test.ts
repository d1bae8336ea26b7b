/** People in browsers of their own: both ways, offline and back, a latecomer, and a relay that never sees the text. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { skipReason } from './chromium.ts';
import {
  allow,
  arrive,
  assertNoBreaches,
  canRead,
  composer,
  connected,
  message,
  say,
  sees,
  startBrowser,
  startHouse,
} from './house.ts';

/** The browser's own words about a relay that is away. */
const AWAY =
  /Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_NETWORK/;

test('two people talk, one goes offline and catches up, a third sees why older messages stay sealed', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const [first, second, third] = await Promise.all([browser.newContext(), browser.newContext(), browser.newContext()]);
  const ada = await arrive(first, house.url, 'Ada');
  const grace = await arrive(second, house.url, 'Grace');
  await Promise.all([canRead(ada, 2), canRead(grace, 2), connected(ada), connected(grace)]);

  await say(ada, 'plaintext-one: tea at four?');
  await sees(grace, 'plaintext-one: tea at four?');
  await say(grace, 'plaintext-two: with pleasure');
  await sees(ada, 'plaintext-two: with pleasure');

  await t.test('what is written offline waits, and goes out with what was missed', async () => {
    allow(grace, AWAY);
    await second.setOffline(true);
    await grace.getByText(/^Offline: /).waitFor();
    await say(grace, 'plaintext-three: written on a train');
    await message(grace, 'plaintext-three: written on a train').getByText('Queued', { exact: true }).waitFor();
    await grace.getByText('1 queued').waitFor();
    await say(ada, 'plaintext-four: while you were away');
    await second.setOffline(false);
    await Promise.all([
      sees(grace, 'plaintext-four: while you were away'),
      sees(ada, 'plaintext-three: written on a train'),
    ]);
    await message(grace, 'plaintext-three: written on a train').getByText('Sent').waitFor({ state: 'attached' });
    await connected(grace);
  });

  await t.test('a file travels sealed and is saved under its own name', async () => {
    await ada
      .getByLabel('Attach files')
      .first()
      .setInputFiles({
        name: 'notes for tea.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('plaintext-file: scones'),
      });
    await ada.getByText('notes for tea.txt').waitFor();
    await say(ada, 'plaintext-five: see the notes');
    const saving = grace.waitForEvent('download');
    await grace.getByRole('button', { name: 'Save notes for tea.txt' }).click();
    const download = await saving;
    assert.equal(download.suggestedFilename(), 'notes for tea.txt');
    assert.equal(readFileSync(await download.path(), 'utf8'), 'plaintext-file: scones');
  });

  await t.test('a third, who joins later, sees how many stay sealed and why, and reads on from there', async () => {
    const konrad = await arrive(third, house.url, 'Konrad');
    await konrad.getByText('5 messages sealed before you joined').waitFor();
    await konrad.getByText('You were not, so its keys were never made for you').waitFor();
    await Promise.all([canRead(ada, 3), canRead(konrad, 3)]);
    await say(ada, 'plaintext-six: welcome, Konrad');
    await sees(konrad, 'plaintext-six: welcome, Konrad');
    assert.equal(await konrad.getByText('tea at four').count(), 0);
    assertNoBreaches(konrad);
  });

  assertNoBreaches(ada, grace);
  await house.stop();
  const files = everyFile(house.dataDir);
  assert.ok(files.length > 0);
  for (const { path, bytes } of files) {
    assert.equal(bytes.includes('plaintext-'), false, `${path} holds a text that was sealed`);
    assert.equal(bytes.includes('notes for tea'), false, `${path} holds a file's name`);
  }
  assert.ok(
    files.some(({ bytes }) => bytes.includes('cipher_body') || bytes.includes('"wraps"')),
    'searched elsewhere',
  );
});

test('after a restart of the relay, and of the browser’s tab, all is still there', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const context = await browser.newContext();
  const ada = await arrive(context, house.url, 'Ada');
  await connected(ada);
  await say(ada, 'before the restart');
  await message(ada, 'before the restart').getByText('Sent', { exact: true }).waitFor();
  allow(ada, AWAY);
  await house.restart();
  await say(ada, 'after the restart');
  await message(ada, 'after the restart').getByText('Sent', { exact: true }).waitFor();
  await ada.reload();
  await Promise.all([sees(ada, 'before the restart'), sees(ada, 'after the restart'), connected(ada)]);
  assert.equal(await composer(ada).isVisible(), true);
  assertNoBreaches(ada);
});

function everyFile(directory: string): { path: string; bytes: Buffer }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, bytes: readFileSync(path) }));
}
