/** Who sits at a relay's machine joins another one from the page, and sees the paths to it; what one says arrives at both. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryNetwork } from '../../src/platform/memory/transport.ts';
import { random, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { openSettings } from './arriving.ts';
import { skipReason } from './chromium.ts';
import { arrive, assertNoBreaches, canRead, say, sees, startBrowser, startHouse } from './house.ts';

test('a machine is joined by its ticket, its paths are seen, and what is said is read there', {
  skip: skipReason,
}, async (t) => {
  const net = createMemoryNetwork();
  const houses = [];
  for (const house of [await startHouse(t), await startHouse(t)]) {
    const signer = signerFromSeed(random(32));
    const network = await house.relay.join({ signer, transports: [net.transport(signer.key)] });
    houses.push({ house, network });
  }
  const [here, there] = houses;
  assert.ok(here && there);
  const browser = await startBrowser(t);
  const ada = await arrive(await browser.newContext(), here.house.url, 'Ada');
  const grace = await arrive(await browser.newContext(), there.house.url, 'Grace');

  await (await openSettings(ada)).getByRole('button', { name: 'Other machines…' }).click();
  const panel = ada.getByRole('dialog', { name: 'Other machines' });
  await panel.getByText('No other machine is joined').waitFor();
  await panel.getByRole('button', { name: 'Show the ticket' }).click();
  assert.match(await panel.getByRole('textbox', { name: 'Ticket of this machine' }).inputValue(), /^pipes1/);

  const field = panel.getByLabel('Ticket of the other machine');
  await field.fill('pipes1nonsense');
  await field.press('Enter');
  await panel.getByText('That is no ticket of another machine').waitFor();
  await field.fill(await there.network.ticket());
  await field.press('Enter');
  await panel.getByText('Connected. What is missing comes now.').waitFor();
  const row = panel.getByRole('list', { name: 'Machines that are joined' }).getByRole('listitem').first();
  await row.getByText('In sync').waitFor();
  await row.getByText('Direct').waitFor();
  await panel.getByRole('button', { name: 'Close' }).click();

  for (const page of [ada, grace]) await canRead(page, 2);
  await say(ada, 'heard at the other machine');
  await sees(grace, 'heard at the other machine');
  assertNoBreaches(grace);
});
