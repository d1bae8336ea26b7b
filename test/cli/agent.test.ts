import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureServer, KeepClient } from '../../src/agent/client.ts';
import { encodePacket } from '../../src/core/packet/packet.ts';
import { run, start, temporaryDirectory } from '../support/command.ts';
import { startPublishedKeep } from '../support/published-keep.ts';

async function stage(t: TestContext) {
  const server = await startPublishedKeep();
  t.after(() => server.close());
  const env = { KEEP_HOST: '127.0.0.1', KEEP_PORT: String(server.port), DATA_DIR: temporaryDirectory() };
  const other = new KeepClient({ host: '127.0.0.1', port: server.port, src: 'bot:other' });
  t.after(() => other.close());
  return { server, env, other, agent: (...args: string[]) => run(['agent', ...args], env) };
}

async function listening(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  t.after(() => server.close());
  return String((server.address() as { port: number }).port);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Found {
  check: string;
  state: string;
  found: string;
}

const found = (stdout: string, check: string): Found =>
  (JSON.parse(stdout) as Found[]).find((each) => each.check === check) ??
  assert.fail(`nothing about ${check} in ${stdout}`);

describe('pipes agent', () => {
  it('sends, and says what became of it', async (t) => {
    const { agent, other } = await stage(t);
    await other.connect();
    const heard = other.listen();
    const sent = await agent('send', 'bot:other', 'hello', '--as', 'bot:me', '--json');
    assert.deepEqual([sent.code, JSON.parse(sent.stdout)], [0, { to: 'bot:other', outcome: 'delivered' }]);
    assert.deepEqual((await heard.next()).value?.body, 'hello');
    const refused = await agent('send', 'bot:nobody', 'hello');
    assert.deepEqual([refused.code, refused.stdout], [3, 'Refused: offline.\n']);
  });

  it('asks, prints the answer, and has an exit code for silence', async (t) => {
    const { agent, other } = await stage(t);
    await other.connect();
    void other.listen((packet) => (packet.body === 'hush' ? undefined : other.reply(packet, `${packet.body}!`)));
    const answered = await agent('ask', 'bot:other', 'hello');
    assert.deepEqual([answered.code, answered.stdout], [0, 'hello!\n']);
    const silent = await agent('ask', 'bot:other', 'hush', '--deadline', '0.1', '--json');
    assert.deepEqual(
      [silent.code, JSON.parse(silent.stdout)],
      [3, { to: 'bot:other', outcome: 'silence', queued: false }],
    );
  });

  it('listens under its name, with controls made visible, until it is told to stop', async (t) => {
    const { env, other } = await stage(t);
    const listener = start(['agent', 'listen', '--as', 'bot:me'], env);
    t.after(() => listener.stop());
    while ((await other.tell('bot:me', '\u001b[2J red')).kind !== 'delivered');
    const line = await listener.line(() => true);
    assert.equal(line, `bot:other (${(await other.key()).slice(0, 8)}): \\u001b[2J red`);
    assert.equal((await listener.stop('SIGINT')).code, 0);
  });

  it('discovers, and says that a published server knows no claims', async (t) => {
    const { agent } = await stage(t);
    assert.equal(JSON.parse((await agent('discover', '--json')).stdout).version, '0.5.0');
    const claim = await agent('claim', '--as', 'bot:me');
    assert.deepEqual([claim.code, claim.stdout], [3, 'Refused: this server knows no claims.\n']);
    assert.equal((await agent('claim', '--transfer-to', 'abc')).code, 2);
  });

  it('signs with the identity of the installation', async (t) => {
    const { agent, server, env } = await stage(t);
    await agent('send', 'server', 'hello');
    const identity = await run(['identity', 'show', '--json'], env);
    assert.equal(Buffer.from(server.packets[0]?.pk ?? []).toString('hex'), JSON.parse(identity.stdout).key);
  });
});

describe('pipes agent doctor', () => {
  it('finds nothing wrong where all is well, and tells whether another can be reached', async (t) => {
    const { agent } = await stage(t);
    const { code, stdout } = await agent('doctor', 'bot:nobody', '--as', 'bot:me', '--json');
    assert.equal(found(stdout, 'server').state, 'ok');
    assert.equal(found(stdout, 'name').state, 'ok');
    assert.match(found(stdout, 'addressee').found, /bot:nobody: offline; connected are bot:me/);
    assert.equal(code, 1);
  });

  it('says that nothing listens, with the cure', async (t) => {
    const { env } = await stage(t);
    const gone = createServer();
    const port = await listening(t, gone);
    gone.close();
    const { code, stdout } = await run(['agent', 'doctor', '--json', '--port', port], env);
    assert.match(found(stdout, 'server').found, /nothing listens at .*: start "pipes up"/);
    assert.equal(code, 1);
  });

  it('says that a web server listens there, or another program', async (t) => {
    const { env } = await stage(t);
    const web = createServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')),
    );
    const { stdout } = await run(['agent', 'doctor', '--json', '--port', await listening(t, web)], env);
    assert.match(found(stdout, 'server').found, /is a web server: use the port for packets/);
    const other = createServer((socket) => socket.once('data', () => socket.destroy()));
    const said = await run(['agent', 'doctor', '--json', '--port', await listening(t, other)], env);
    assert.match(found(said.stdout, 'server').found, /does not answer a signed packet: it is another program/);
  });

  it('says what is wrong with the bytes of another program', async () => {
    const look = async (bytes: Uint8Array): Promise<string> => {
      const { stdout } = await run(
        ['agent', 'doctor', '--json', '--packet', '-'],
        {},
        Buffer.from(bytes).toString('hex'),
      );
      return (JSON.parse(stdout) as Found[])
        .map(({ check, state, found: said }) => `${check} ${state}: ${said}`)
        .join('\n');
    };
    const none = new Uint8Array(0);
    const fields = { typ: 0, id: 'a', src: 'bot:a', dst: 'server', body: 'hello', fee: 0n, ttl: 0, scar: none };
    assert.match(
      await look(encodePacket({ ...fields, sig: none, pk: none })),
      /signature fail: none: servers drop unsigned/,
    );
    const short = encodePacket({ ...fields, sig: new Uint8Array(64), pk: new Uint8Array(31) });
    assert.match(await look(short), /framing warn: none.*signature fail: pk has 31 bytes: expected the 32/s);
    const bad = encodePacket({ ...fields, sig: new Uint8Array(64), pk: new Uint8Array(32) });
    assert.match(await look(bad), /signature fail: does not hold/);
    assert.match(await look(Uint8Array.of(0, 0, 0, 9, 1)), /framing fail: announces 9 bytes, 1 follow/);
  });
});

describe('ensureServer', () => {
  it('starts pipes up where no keep server answers, which outlives its caller, and leaves one alone that does', async (t) => {
    const dataDir = temporaryDirectory();
    const free = createServer();
    const port = Number(await listening(t, free));
    await new Promise((settle) => free.close(settle));
    const options = { host: '127.0.0.1', port, httpPort: 0, dataDir };
    const started = await ensureServer(options);
    assert.ok(started.method === 'pipes', JSON.stringify(started));
    t.after(async () => {
      process.kill(started.pid);
      while (isRunning(started.pid)) await pause(20);
    });
    await using agent = new KeepClient({ host: '127.0.0.1', port });
    assert.equal((await agent.send('hello'))?.body, 'done');
    assert.deepEqual(await ensureServer(options), { method: 'existing' });
  });

  it('starts nothing for another machine', async () => {
    const { method } = await ensureServer({ host: 'keep.invalid', port: 9009 });
    assert.equal(method, 'failed');
    assert.equal(await KeepClient.ensureServer({ host: 'keep.invalid' }), false);
  });
});
