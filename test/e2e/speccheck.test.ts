/** Chromium gives the verdicts, bytes and refusals that Node gives (test/speccheck, test/contracts). */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { seedsOf } from '../../src/core/identity/derive.ts';
import { sha256, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { cryptoContract } from '../contracts/crypto.ts';
import { hex } from '../hex.ts';
import { speccheckCases, torsionCases } from '../speccheck/cases.ts';
import { leaveChromium, skipReason, useChromium } from './chromium.ts';
import { type Call, chromiumAdapter, openPage } from './crypto-in-chromium.ts';
import { type ServedPage, servePage } from './page.ts';

let browser: Browser;
let served: ServedPage;
let call: Call;

before(async () => {
  if (skipReason) return;
  served = await servePage(new URL('./crypto-page.ts', import.meta.url));
  browser = await useChromium();
  call = await openPage(browser, served.url);
});

after(async () => {
  await leaveChromium();
  await served?.close();
});

test('Chromium: the verdict on every speccheck and torsion case is that of the strict rule', {
  skip: skipReason,
}, async () => {
  const cases = [...speccheckCases(), ...torsionCases()];
  const verdicts = await call('verdicts', cases);
  for (const [i, { accepted, reason }] of cases.entries()) assert.equal(verdicts[i], accepted, reason);
});

test('Chromium: SHA-256 is that of Node, random is fresh and as long as asked for', { skip: skipReason }, async () => {
  for (const text of ['', 'abc', 'x'.repeat(1000)]) {
    assert.equal(await call('sha256', toHex(utf8(text))), toHex(sha256(utf8(text))));
  }
  assert.equal((await call('random', 70_000)).length, 140_000);
  assert.notEqual(await call('random', 16), await call('random', 16));
});

cryptoContract('Chromium', chromiumAdapter(((...parameters) => call(...parameters)) as Call), skipReason);

test('Chromium: tabs that start at once agree on one identity, which survives reopening', {
  skip: skipReason,
}, async () => {
  const context = await browser.newContext();
  const tabs = await Promise.all(Array.from({ length: 4 }, () => openPage(context, served.url)));
  const identities = await Promise.all(tabs.map((tab) => tab('identity', 'race')));
  assert.equal(identities.filter(({ created }) => created).length, 1);
  assert.equal(new Set(identities.map(({ key }) => key)).size, 1);
  const reopened = await openPage(context, served.url);
  const { created, key, signature } = await reopened('identity', 'race');
  assert.deepEqual([created, key, signature], [false, identities[0]?.key, identities[0]?.signature]);
  assert.notEqual((await reopened('identity', 'another person')).key, key);
  await context.close();
});

test('Chromium: the root seed derives the keys in Node as it did there, until it is forgotten', {
  skip: skipReason,
}, async () => {
  const { key } = await call('identity', 'words');
  const root = hex((await call('rootSeed', 'words')) ?? '');
  assert.equal(toHex(signerFromSeed(seedsOf(sha256, { kind: 'root', root }).signing).key), key);
  await call('forgetRootSeed', 'words');
  assert.equal(await call('rootSeed', 'words'), undefined);
  assert.equal((await call('identity', 'words')).key, key);
});

test('Chromium: a page in an insecure context is told what it needs', { skip: skipReason }, async () => {
  const elsewhere = await openPage(browser, `http://pipes.test:${served.port}/`);
  await assert.rejects(elsewhere('identity', 'insecure'), {
    name: 'UsageError',
    message: /expected https or localhost/,
  });
});
