/** Files shown inside the page: as pictures, sound and text, never run, and never decoded beyond bounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { skipReason } from './chromium.ts';
import { arrive, assertNoBreaches, canRead, composer, startBrowser, startHouse } from './house.ts';

test('pictures are made small here, text is text, and a bomb is not decoded', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  const grace = await arrive(await browser.newContext(), house.url, 'Grace');
  await canRead(ada, 2);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"><script>window.pwned=1</script></svg>';
  const files = [
    { name: 'wall.png', mimeType: 'image/png', buffer: png(1600, 1200) },
    { name: 'bomb.png', mimeType: 'image/png', buffer: png(20_000, 20_000) },
    { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) },
    { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<script>window.pwned=1</script>') },
    { name: 'tone.wav', mimeType: 'audio/wav', buffer: tone() },
    { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.from('<script>window.pwned=1</script>') },
  ];
  await ada.getByLabel('Attach files').first().setInputFiles(files);
  await ada.getByText('film.mp4').waitFor();
  await composer(ada).press('Enter');

  const picture = grace.getByRole('img', { name: 'Picture wall.png' });
  await picture.scrollIntoViewIfNeeded();
  await grace.waitForFunction(() => (document.querySelector<HTMLImageElement>('.preview img')?.naturalWidth ?? 0) > 0);
  const size = await picture.evaluate((image) => [(image as HTMLImageElement).naturalWidth, image.clientWidth]);
  assert.ok((size[0] ?? 0) < 1600 && (size[1] ?? 0) <= 384, `decoded at ${size}`);
  await grace.getByRole('button', { name: 'Enlarge wall.png' }).click();
  await grace.getByRole('dialog', { name: 'Picture wall.png' }).getByRole('img').waitFor();
  await grace.keyboard.press('Escape');
  await grace.getByRole('button', { name: 'Save bomb.png' }).scrollIntoViewIfNeeded();
  await grace.getByText('Not shown: this is no picture, or too large a one').waitFor();

  for (const [name, text] of [
    ['drawing.svg', svg],
    ['page.html', '<script>window.pwned=1</script>'],
  ] as const) {
    await grace.getByRole('button', { name: `Show ${name}` }).click();
    const shown = grace.getByRole('figure', { name }).locator('pre');
    await shown.waitFor();
    assert.equal(await shown.textContent(), text);
  }
  await grace.getByRole('button', { name: 'Play film.mp4' }).click();
  await grace.getByText('This browser cannot play it').waitFor();
  await grace.getByRole('button', { name: 'Play tone.wav' }).click();
  await grace.waitForFunction(() => (document.querySelector('audio')?.duration ?? 0) > 0.4);
  assert.equal(await grace.evaluate(() => 'pwned' in globalThis), false);
  assert.equal(await grace.locator('iframe, object, embed, main svg[onload]').count(), 0);
  assertNoBreaches(ada, grace);
});

/** A PNG of one colour: a few kilobytes, however many pixels it unpacks to. */
function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(8 + body.length);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), 4 + body.length);
  return framed;
}

/** Half a second of one tone, as a WAV file. */
function tone(): Buffer {
  const samples = 4000;
  const wav = Buffer.alloc(44 + samples, 128);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(8000, 28);
  wav.writeUInt16LE(1, 32);
  wav.writeUInt16LE(8, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples, 40);
  for (let n = 0; n < samples; n++) wav[44 + n] = 128 + Math.round(60 * Math.sin(n / 3));
  return wav;
}
