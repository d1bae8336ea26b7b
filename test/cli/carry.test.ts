/** Two islands without a network between them, each with a relay; a stick carries what is said from one to the other. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { KeepClient } from '../../src/agent/client.ts';
import { toHex } from '../../src/core/bytes.ts';
import { toPost } from '../../src/core/envelope/piper.ts';
import { ciphers, random, sha256 } from '../../src/platform/node/crypto.ts';
import { sealFile } from '../../src/runtime/files.ts';
import { sealMessage } from '../../src/runtime/sealing.ts';
import { startTestRelay } from '../relay/support.ts';
import { start, temporaryDirectory } from '../support/command.ts';
import { runQuickly } from '../support/one-process.ts';
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
  const { code, stdout, stderr } = await runQuickly(['bundle', ...args, '--json'], { DATA_DIR: dataDir });
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

/** A sealed message with one file, as a browser posts it: its blobs first. */
async function postFile(url: string, size: number): Promise<{ text: string; hashes: string[] }> {
  const sender = newPerson();
  const file = { name: 'plan', type: '', bytes: randomBytes(size) };
  const { blobs, attachment } = await sealFile(file, { ciphers, random, sha256 });
  for (const { hash, bytes } of blobs) {
    const answer = await fetch(`${url}/blobs/${hash}`, { method: 'PUT', body: Buffer.from(bytes) });
    assert.equal(answer.status, 201);
  }
  const sealed = await sealMessage(
    {
      ...{ plaintext: random(100), recipients: [], sender, channel: 'main', attachments: [attachment] },
      ...{ id: randomUUID(), createdAt: new Date().toISOString() },
    },
    { ciphers, random },
  );
  const answer = await fetch(`${url}/messages`, { method: 'POST', body: JSON.stringify(toPost(sealed)) });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return { text, hashes: blobs.map(({ hash }) => hash) };
}

const listed = async (url: string): Promise<string[]> => {
  const messages = (await (await fetch(`${url}/messages?channel=main`)).json()) as { content: string }[];
  return messages.map(({ content }) => content);
};

async function island(test: TestContext) {
  const dataDir = temporaryDirectory();
  return { dataDir, relay: await startTestRelay(test, { dataDir }) };
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

for (const isRunning of [true, false]) {
  it(`carries the files of messages, ${isRunning ? 'while both relays run' : 'while both are stopped'}`, async (t) => {
    const [here, there] = [await island(t), await island(t)];
    const stick = join(here.dataDir, 'stick');
    const { text, hashes } = await postFile(here.relay.url, 2_500_000);
    if (!isRunning) await Promise.all([here.relay.close(), there.relay.close()]);
    await bundle(here.dataDir, 'export', stick, '--no-files');
    assert.equal((await bundle(there.dataDir, 'import', stick)).messages.files, 0);
    await bundle(here.dataDir, 'export', stick);
    const { delivered, known, files, filesRefused } = (await bundle(there.dataDir, 'import', stick)).messages;
    assert.deepEqual({ delivered, known, files, filesRefused }, { delivered: 0, known: 0, files: 4, filesRefused: 0 });
    const { url } = isRunning ? there.relay : await startTestRelay(t, { dataDir: there.dataDir });
    for (const hash of hashes) assert.equal((await fetch(`${url}/blobs/${hash}`)).status, 200, hash);
    assert.equal((await listed(url)).length, 1, text);
    // What came by a stick goes on to a third, by whoever follows the log that announced it.
    const third = await island(t);
    await bundle(there.dataDir, 'export', stick);
    assert.equal((await bundle(third.dataDir, 'import', stick)).messages.files, 4);
    assert.equal((await fetch(`${third.relay.url}/blobs/${hashes[0]}`)).status, 200);
  });
}

it('gives no file to a relay that has no message of it', async (t) => {
  const [here, there] = [await island(t), await island(t)];
  const bytes = new Uint8Array(await (await fetch(`${here.relay.url}/health`)).arrayBuffer());
  const { token } = JSON.parse(await readFile(join(there.dataDir, 'owner.json'), 'utf8'));
  const { blobs } = await sealFile({ name: 'x', type: '', bytes }, { ciphers, random, sha256 });
  const put = async (hash = '', body: Uint8Array = new Uint8Array(), authorization = `Bearer ${token}`) => {
    const answer = await fetch(`${there.relay.url}/owner/blobs/${hash}`, {
      ...{ method: 'PUT', body: Buffer.from(body), headers: { authorization } },
    });
    return answer.status;
  };
  const [sealed] = blobs;
  assert.equal(await put(sealed?.hash, sealed?.bytes), 409);
  assert.equal(await put(sealed?.hash, sealed?.bytes, 'Bearer x'), 404);
  assert.equal(await put(sealed?.hash, bytes), 400);
  assert.equal(await put(toHex(sha256(bytes)), bytes), 400);
});

it('carries as well while the relays are stopped', async (t) => {
  const [here, there] = [await island(t), await island(t)];
  const stick = join(here.dataDir, 'stick');
  await post(here.relay.url, 'left before the storm');
  await Promise.all([here.relay.close(), there.relay.close()]);
  await bundle(here.dataDir, 'export', stick);
  assert.equal((await bundle(there.dataDir, 'import', stick)).messages.delivered, 1);
  const again = await startTestRelay(t, { dataDir: there.dataDir });
  assert.deepEqual(await listed(again.url), ['left before the storm']);
});

for (const isRunning of [true, false]) {
  it(`brings a packet to the owner of a claimed name on another island, whose server ${isRunning ? 'runs' : 'is stopped'}`, async (t) => {
    const [here, there] = [await keepIsland(t), await keepIsland(t)];
    const stick = join(here.dataDir, 'stick');
    const key = new Uint8Array(32).fill(7);
    const carol = (port: number) => agentAt(t, port, 'bot:carol', key);
    const claiming = await carol(here.port).connect();
    assert.deepEqual(await claiming.claim(), { kind: 'claimed' });
    await claiming.close();
    const bob = agentAt(t, here.port, 'bot:bob');
    assert.equal((await bob.tell('bot:carol', 'over the water', { ttl: 600 })).kind, 'queued');
    await bundle(here.dataDir, 'export', stick);
    if (!isRunning) await there.process.stop();
    const { messages } = await bundle(there.dataDir, 'import', stick);
    assert.deepEqual([messages.delivered, messages.refused], [2, 0]);
    const { port } = isRunning ? there : await keepProcess(t, there.dataDir);

    const thief = agentAt(t, port, 'bot:carol');
    await assert.rejects(thief.connect(), /name_claimed/);
    const owner = await carol(port).connect();
    const packets = owner.listen();
    const { value } = await packets.next();
    assert.deepEqual([value.body, value.key, value.waited], ['over the water', await bob.key(), true]);
    // What came by a stick is the other's to pack: only what entered there goes back.
    assert.deepEqual(await agentAt(t, port, 'bot:dave').claim(), { kind: 'claimed' });
    const back = join(there.dataDir, 'back');
    await bundle(there.dataDir, 'export', back);
    const { delivered, known } = (await bundle(here.dataDir, 'import', back)).messages;
    assert.deepEqual([delivered, known], [1, 0]);
  });
}

function agentAt(test: TestContext, port: number, src: string, key?: Uint8Array): KeepClient {
  const client = new KeepClient({ host: '127.0.0.1', port, src, ...(key !== undefined && { key }) });
  test.after(() => client.close());
  return client;
}

async function keepProcess(test: TestContext, dataDir: string) {
  const process = start(['up', '--json'], { PORT: '0', KEEP_PORT: '0', DATA_DIR: dataDir });
  test.after(() => process.stop());
  const facts = JSON.parse(await process.line((line) => line.startsWith('{'))) as { keepPort: number };
  return { port: facts.keepPort, process };
}

async function keepIsland(test: TestContext) {
  const dataDir = temporaryDirectory();
  return { dataDir, ...(await keepProcess(test, dataDir)) };
}

it('hides the owner’s endpoints from everybody else', async (t) => {
  const { relay } = await island(t);
  for (const path of ['scopes', 'entered?scope=channel:main', 'profiles']) {
    for (const authorization of ['', 'Bearer ', `Bearer ${'0'.repeat(64)}`]) {
      const answer = await fetch(`${relay.url}/owner/${path}`, { headers: { authorization } });
      assert.deepEqual([answer.status, await answer.json()], [404, { error: 'not found' }]);
    }
  }
});
