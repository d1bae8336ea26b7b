import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { KeepClient } from '../../src/agent/client.ts';
import { type Running, run, start, startRelayProcess, temporaryDirectory } from '../support/command.ts';
import { runQuickly } from '../support/one-process.ts';

interface MessageJson {
  id: string;
  text?: string;
  author: { name: string; self: boolean };
  lock: { state: string; readers?: number };
  delivery: { state: string };
  files: { name: string; size: number }[];
}

/** All bytes of all files below a directory, as one string to search. */
function everythingIn(directory: string): string {
  const files = globSync('**/*', { cwd: directory }).map((file) => join(directory, file));
  return files.map((file) => (statSync(file).isFile() ? readFileSync(file, 'latin1') : '')).join('\n');
}

describe('pipes up', () => {
  it('prints both links, where data is kept and how to stop, and nothing of ports where nothing listens', async (t) => {
    const dataDir = temporaryDirectory();
    const relay = start(['up'], { PORT: '0', DATA_DIR: dataDir });
    t.after(() => relay.stop());
    await relay.line((line) => line.startsWith('Stop with'));
    const said = relay.lines.join('\n');
    const [, port] = /http:\/\/localhost:(\d+)\/$/m.exec(said) ?? [];
    assert.ok(Number(port) > 0);
    assert.ok(said.includes(`http://localhost:${port}/?person=new`));
    assert.ok(said.includes(`Data is kept in ${dataDir}`));
    assert.doesNotMatch(said, /9009|4101/);
    assert.equal((await fetch(`http://localhost:${port}/health`)).status, 200);
    assert.equal((await relay.stop('SIGINT')).code, 0);
  });

  it('listens for agents too, and says where', async (t) => {
    const relay = start(['up', '--json'], { PORT: '0', KEEP_PORT: '0', DATA_DIR: temporaryDirectory() });
    t.after(() => relay.stop());
    const { keepPort } = JSON.parse(await relay.line((line) => line.startsWith('{')));
    await using agent = new KeepClient({ host: '127.0.0.1', port: keepPort });
    assert.equal((await agent.send('hello'))?.body, 'done');
  });

  it('does without agents where their port is taken, and says so with the cure', async (t) => {
    const other = createServer();
    await new Promise<void>((settle) => other.listen(0, settle));
    t.after(() => other.close());
    const taken = String((other.address() as { port: number }).port);
    const relay = start(['up', '--json'], { PORT: '0', KEEP_PORT: taken, DATA_DIR: temporaryDirectory() });
    const facts = JSON.parse(await relay.line((line) => line.startsWith('{')));
    assert.equal((await fetch(`${facts.url}/health`)).status, 200);
    const { code, stderr } = await relay.stop();
    assert.deepEqual([code, 'keepPort' in facts], [0, false]);
    assert.match(
      stderr,
      new RegExp(`Agents are done without: port ${taken} is in use. Choose another port, such as KEEP_PORT=`),
    );
  });

  it('serves the built page', async (t) => {
    const { url } = await startRelayProcess(t, temporaryDirectory());
    const page = await fetch(`${url}/`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.match(await page.text(), /<script type="module"[^>]* src="\/assets\//);
  });

  it('stops on SIGTERM with a stream open, and keeps its log free of what it is told', async (t) => {
    const { url, process } = await startRelayProcess(t, temporaryDirectory());
    const stream = await fetch(`${url}/events?channel=main`);
    const body = JSON.stringify({ channel: 'main', author: 'ada', content: 'xyzzy-in-a-body' });
    assert.equal((await fetch(`${url}/messages`, { method: 'POST', body })).status, 200);
    const { code, stdout, stderr } = await process.stop();
    await stream.body?.cancel().catch(() => undefined);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout + stderr, /xyzzy/);
  });

  it('says in one line, with the cure, that its port is taken', async (t) => {
    const other = createServer();
    t.after(() => other.close());
    const port = await new Promise<number>((settle) => {
      other.listen(0, () => settle((other.address() as { port: number }).port));
    });
    const { code, stdout, stderr } = await run(['up', '--log-level', 'silent'], {
      PORT: String(port),
      DATA_DIR: temporaryDirectory(),
    });
    assert.deepEqual([code, stdout], [4, '']);
    assert.match(stderr, new RegExp(`^Cannot listen on port ${port}: it is in use\\. .* such as PORT=\\d+\\.\\n$`));
  });

  it('ends where a part of it cannot start, and leaves nothing running', async () => {
    const dataDir = temporaryDirectory();
    writeFileSync(join(dataDir, 'relay-key.json'), 'no key');
    const { code, stdout } = await run(['up', '--log-level', 'silent'], {
      ...{ PORT: '0', KEEP_PORT: '0', P2P_PORT: '0', DATA_DIR: dataDir },
    });
    assert.deepEqual([code, stdout], [1, '']);
  });

  it('says which member of policy.json is wrong', async () => {
    const dataDir = temporaryDirectory();
    writeFileSync(join(dataDir, 'policy.json'), '{"mailbox_max": "many"}');
    const { code, stderr } = await run(['up'], { PORT: '0', DATA_DIR: dataDir });
    assert.equal(code, 2);
    assert.match(stderr, /policy\.json: mailbox_max: expected/);
  });
});

describe('pipes listen', () => {
  it('stays when the relay goes, says so, and ends as it is told to', async (t) => {
    const { url, process: relay } = await startRelayProcess(t, temporaryDirectory());
    const listening = start(['listen', 'main', '--relay', url, '--name', 'Bob'], { DATA_DIR: temporaryDirectory() });
    t.after(() => listening.stop());
    await saying(listening, 'Listening to main');
    const gone = saying(listening, 'The relay is gone');
    await relay.stop();
    await gone;
    const { code, stderr } = await listening.stop('SIGINT');
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /unsettled/);
  });
});

/** Resolves once it says that on stderr. */
function saying({ child, ended }: Running, text: string): Promise<void> {
  return new Promise((settle, reject) => {
    child.stderr?.on('data', (said) => String(said).includes(text) && settle());
    void ended.then(({ stderr }) => reject(new Error(`It ended without "${text}":\n${stderr}`)));
  });
}

describe('two people on the command line', () => {
  it('chat, end-to-end encrypted, and the relay is none the wiser', async (t) => {
    const relayData = temporaryDirectory();
    const { url, process: relay } = await startRelayProcess(t, relayData);
    const [ada, bob] = [temporaryDirectory(), temporaryDirectory()];
    const listening = start(['listen', 'main', '--json', '--relay', url, '--name', 'Bob'], { DATA_DIR: bob });
    t.after(() => listening.stop());
    await membersOf(url, ada, (members) => members.some((member) => member.name === 'Bob'));

    const secret = 'sesame-open-thyself';
    writeFileSync(join(ada, 'note.txt'), 'a file that says xyzzy-plugh');
    const sent = await run(
      ['send', 'main', secret, '--file', join(ada, 'note.txt'), '--relay', url, '--name', 'Ada', '--json'],
      { DATA_DIR: ada },
    );
    assert.equal(sent.code, 0, sent.stderr);
    const out = JSON.parse(sent.stdout) as MessageJson;
    assert.deepEqual([out.delivery.state, out.lock], ['sent', { state: 'open', readers: 2 }]);

    const got = JSON.parse(await listening.line((line) => line.includes(secret))) as MessageJson;
    assert.deepEqual(
      [got.id, got.text, got.author.name, got.author.self, got.lock.state],
      [out.id, secret, 'Ada', false, 'open'],
    );
    assert.deepEqual(
      got.files.map((file) => [file.name, file.size]),
      [['note.txt', 28]],
    );

    const channels = await run(['channels', '--json', '--relay', url], { DATA_DIR: ada });
    const [main] = JSON.parse(channels.stdout) as { name: string; joined: boolean }[];
    assert.deepEqual([main?.name, main?.joined], ['main', true]);

    assert.equal((await listening.stop('SIGINT')).code, 0);
    assert.equal((await relay.stop()).code, 0);
    const stored = everythingIn(relayData);
    for (const text of [secret, 'xyzzy-plugh', 'note.txt']) assert.equal(stored.includes(text), false, text);
    assert.ok(stored.includes(out.id) || stored.length > 0);
  });

  it('are told when the relay does not answer', async () => {
    const dataDir = temporaryDirectory();
    const { code, stdout, stderr } = await run(
      ['send', 'main', 'hello', '--relay', 'http://localhost:1', '--timeout', '2'],
      { DATA_DIR: dataDir },
    );
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /^Cannot .*http:\/\/localhost:1\b.*\n$/);
  });
});

describe('pipes identity', () => {
  it('makes one silently, readable by its owner alone, and keeps it', async () => {
    const dataDir = temporaryDirectory();
    const first = await runQuickly(['identity', 'show', '--json'], { DATA_DIR: dataDir });
    assert.deepEqual([first.code, first.stderr], [0, '']);
    const facts = JSON.parse(first.stdout) as { dot1: string; key: string };
    assert.match(facts.key, /^[0-9a-f]{64}$/);
    assert.match(facts.dot1, /^dot1:[0-9a-f]{16}$/);
    assert.equal(statSync(join(dataDir, 'identity.json')).mode & 0o777, 0o600);
    assert.deepEqual(await runQuickly(['identity', '--json'], { DATA_DIR: dataDir }), first);
    const inWords = await runQuickly(['identity', 'show'], { DATA_DIR: dataDir });
    assert.ok(inWords.stdout.includes(facts.dot1));
  });

  it('can be written down in 24 words and restored elsewhere, but never over another', async () => {
    const [here, there] = [temporaryDirectory(), temporaryDirectory()];
    const { stdout: words } = await runQuickly(['identity', 'words'], { DATA_DIR: here });
    assert.equal(words.match(/[a-z]+/g)?.length, 24);
    const key = async (dataDir: string): Promise<unknown> =>
      (JSON.parse((await runQuickly(['identity', '--json'], { DATA_DIR: dataDir })).stdout) as { key: string }).key;
    assert.equal((await runQuickly(['identity', 'restore'], { DATA_DIR: there }, words)).code, 0);
    assert.equal(await key(there), await key(here));
    const again = await runQuickly(['identity', 'restore'], { DATA_DIR: there }, words);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /holds one already/);
  });

  it('says which words are wrong', async () => {
    const typed = `${'abandon '.repeat(22)}abandom art`;
    const { code, stderr } = await runQuickly(['identity', 'restore'], { DATA_DIR: temporaryDirectory() }, typed);
    assert.deepEqual([code, stderr], [2, 'Cannot restore identity: expected words of the list, got others at 23\n']);
  });

  it('opens under its passphrase alone', async () => {
    const dataDir = temporaryDirectory();
    const [right, wrong] = [join(dataDir, 'right'), join(dataDir, 'wrong')];
    writeFileSync(right, 'correct horse\n');
    writeFileSync(wrong, 'battery staple\n');
    const show = (file: string) => runQuickly(['identity', '--json', '--passphrase-file', file], { DATA_DIR: dataDir });
    const first = await show(right);
    assert.equal(first.code, 0, first.stderr);
    assert.equal((await show(wrong)).code, 1);
    assert.notEqual((await runQuickly(['identity', '--json'], { DATA_DIR: dataDir })).code, 0);
    assert.equal((await show(right)).stdout, first.stdout);
  });
});

/** Asks until the members fit: a join needs its moment. */
async function membersOf(url: string, dataDir: string, fits: (members: { name: string }[]) => boolean): Promise<void> {
  let stdout = '';
  for (let attempt = 0; attempt < 20; attempt++) {
    const asked = await run(['members', 'main', '--json', '--relay', url], { DATA_DIR: dataDir });
    assert.equal(asked.code, 0, asked.stderr);
    stdout = asked.stdout;
    if (fits(JSON.parse(stdout) as { name: string }[])) return;
  }
  assert.fail(`the members never fitted: ${stdout}`);
}
