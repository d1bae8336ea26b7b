/**
 * Two islands with no network between them, each with a relay of its own: a message typed in a browser on one goes by a
 * stick to the other, where a program and a person read it, and their answers come back the same way.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { open } from '../../src/open/node.ts';
import { run, temporaryDirectory } from '../support/command.ts';
import { skipReason } from './chromium.ts';
import {
  arrive,
  assertNoBreaches,
  canRead,
  connected,
  type House,
  say,
  sees,
  startBrowser,
  startHouse,
} from './house.ts';

const carry = async (from: House, to: House, stick: string): Promise<void> => {
  for (const [island, verb] of [
    [from, 'export'],
    [to, 'import'],
  ] as const) {
    const { code, stderr } = await run(['bundle', verb, stick], { DATA_DIR: island.dataDir });
    assert.equal(code, 0, stderr);
  }
};

/** A program on an island, which answers whoever speaks. */
async function openAgent(t: TestContext, relay: string) {
  const agent = await open({ dataDir: temporaryDirectory(), relay, name: 'Lighthouse', agent: true });
  t.after(() => agent.close());
  const channel = agent.channel('main');
  await channel.join();
  const answered = new Set<string>();
  channel.on('message', async ({ id, author, text }) => {
    if (author.self || text === undefined || answered.has(id)) return;
    answered.add(id);
    await channel.send(`heard "${text}"`);
  });
  return agent;
}

test('what is typed on one island is read by a person and a program on another, and answered', {
  skip: skipReason,
}, async (t) => {
  const [here, there] = [await startHouse(t), await startHouse(t)];
  const browser = await startBrowser(t);
  const sticks = temporaryDirectory();
  await openAgent(t, there.url);
  const ada = await arrive(await browser.newContext(), here.url, 'Ada');
  const grace = await arrive(await browser.newContext(), there.url, 'Grace');
  await Promise.all([connected(ada), connected(grace), canRead(grace, 2)]);

  await t.test('first a stick brings who is there, so that messages can be sealed to them', async () => {
    await carry(there, here, join(sticks, 'who'));
    await canRead(ada, 3);
    await carry(here, there, join(sticks, 'ada'));
    await canRead(grace, 3);
  });

  await t.test('then a message goes over, and is answered by the program at once', async () => {
    await say(ada, 'is anybody there?');
    await carry(here, there, join(sticks, 'over'));
    await sees(grace, 'is anybody there?');
    await sees(grace, 'heard "is anybody there?"');
    await say(grace, 'two of us');
  });

  await t.test('and both answers come back', async () => {
    await carry(there, here, join(sticks, 'back'));
    await Promise.all([sees(ada, 'two of us'), sees(ada, 'heard "is anybody there?"')]);
  });
  assertNoBreaches(ada, grace);
});
