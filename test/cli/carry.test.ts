/** Two islands without a network between them, each with a relay; a stick carries what is said from one to the other. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { run, startRelayProcess, temporaryDirectory } from '../support/command.ts';
import { newPerson, signedPost } from '../support/signed-posts.ts';

/** The first message on the channel's stream that says that. */
async function hears(url: string, text: string): Promise<number> {
  const answer = await fetch(`${url}/events?channel=main`);
  let held = '';
  for await (const piece of answer.body ?? []) {
    held += Buffer.from(piece).toString();
    const found = held.split(text).length - 1;
    if (found > 0) return found;
  }
  return 0;
}

const bundle = async (dataDir: string, ...args: string[]) => {
  const { code, stdout, stderr } = await run(['bundle', ...args, '--json'], { DATA_DIR: dataDir });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
};

const post = async (url: string, text: string): Promise<void> => {
  const answer = await fetch(`${url}/messages`, {
    method: 'POST',
    body: JSON.stringify(await signedPost(newPerson(), 'main', text)),
  });
  assert.equal(answer.status, 200, await answer.text());
};

const listed = async (url: string): Promise<string[]> => {
  const messages = (await (await fetch(`${url}/messages?channel=main`)).json()) as { content: string }[];
  return messages.map(({ content }) => content);
};

async function island(test: TestContext) {
  const dataDir = temporaryDirectory(test);
  return { dataDir, relay: await startRelayProcess(test, dataDir) };
}

it('carries what browsers post on one island to the browsers of another, while both relays run', async (t) => {
  const [here, there] = [await island(t), await island(t)];
  const stick = join(here.dataDir, 'stick');
  await post(here.relay.url, 'hello over the water');
  await bundle(here.dataDir, 'export', stick);
  const heard = hears(there.relay.url, 'hello over the water');
  const report = await bundle(there.dataDir, 'import', stick);
  assert.deepEqual([report.messages.delivered, report.messages.refused], [1, 0]);
  assert.equal(await heard, 1);
  assert.equal((await bundle(there.dataDir, 'import', stick)).messages.delivered, 0);
  await post(there.relay.url, 'an answer');
  await bundle(there.dataDir, 'export', stick);
  await bundle(here.dataDir, 'import', stick);
  assert.deepEqual(await listed(here.relay.url), ['hello over the water', 'an answer']);
  assert.deepEqual(await listed(there.relay.url), ['hello over the water', 'an answer']);
});

it('carries as well while the relays are stopped', async (t) => {
  const [here, there] = [await island(t), await island(t)];
  const stick = join(here.dataDir, 'stick');
  await post(here.relay.url, 'left before the storm');
  await Promise.all([here.relay.process.stop(), there.relay.process.stop()]);
  await bundle(here.dataDir, 'export', stick);
  assert.equal((await bundle(there.dataDir, 'import', stick)).messages.delivered, 1);
  const again = await startRelayProcess(t, there.dataDir);
  assert.deepEqual(await listed(again.url), ['left before the storm']);
});

it('hides the owner’s endpoints from everybody else', async (t) => {
  const { relay } = await island(t);
  for (const path of ['scopes', 'entered?scope=channel:main', 'profiles']) {
    for (const authorization of ['', 'Bearer ', `Bearer ${'0'.repeat(64)}`]) {
      const answer = await fetch(`${relay.url}/owner/${path}`, { headers: { authorization } });
      assert.deepEqual([answer.status, await answer.json()], [404, { error: 'not found' }]);
    }
  }
});
