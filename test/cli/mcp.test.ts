import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { KeepClient } from '../../src/agent/client.ts';
import { temporaryDirectory } from '../support/command.ts';
import { startPublishedKeep } from '../support/published-keep.ts';

const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
const INBOX = 'keep://inbox';

/** `legacy`: the handshake of the protocol's revisions before 2026; `modern`: that since. */
type Era = 'legacy' | 'modern';

async function stage(t: TestContext, era: Era = 'legacy') {
  const server = await startPublishedKeep();
  t.after(() => server.close());
  const client = new Client(
    { name: 'test', version: '1' },
    era === 'modern' ? { versionNegotiation: { mode: 'auto' } } : {},
  );
  const pushed = pushes(client);
  const env = {
    ...{ PATH: process.env.PATH ?? '', DATA_DIR: temporaryDirectory() },
    ...{ KEEP_HOST: '127.0.0.1', KEEP_PORT: String(server.port), KEEP_SRC: 'bot:mcp' },
  };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [main, 'mcp'], env }));
  t.after(() => client.close());
  const other = new KeepClient({ host: '127.0.0.1', port: server.port, src: 'bot:other' });
  t.after(() => other.close());
  const call = async (name: string, args: Record<string, unknown> = {}): Promise<string> => {
    const { content } = await client.callTool({ name, arguments: args });
    const [first] = content as { type: string; text: string }[];
    assert.equal(first?.type, 'text');
    return first.text;
  };
  return { server, client, other, call, pushed };
}

/** What the server says unasked, each to be awaited. */
function pushes(client: Client) {
  const updated = Promise.withResolvers<string>();
  const listChanged = Promise.withResolvers<void>();
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => updated.resolve(params.uri));
  client.setNotificationHandler('notifications/resources/list_changed', () => listChanged.resolve());
  return { updated: updated.promise, listChanged: listChanged.promise };
}

describe('pipes mcp', () => {
  it('offers the five published tools with their arguments, and two more', async (t) => {
    const { client } = await stage(t);
    const { tools } = await client.listTools();
    const shapes = tools.map(({ name, inputSchema }) => [
      name,
      Object.keys(inputSchema.properties ?? {}),
      inputSchema.required ?? [],
    ]);
    assert.deepEqual(shapes, [
      ['keep_send', ['dst', 'body', 'fee', 'ttl', 'scar'], ['dst', 'body']],
      ['keep_discover', ['query'], []],
      ['keep_discover_agents', [], []],
      ['keep_listen', ['timeout', 'register_src'], []],
      ['keep_ensure_server', [], []],
      ['keep_inbox', ['limit', 'all'], []],
      ['keep_claim', ['expires_s', 'transfer_to_pk'], []],
    ]);
  });

  it('answers in the published shapes', async (t) => {
    const { call } = await stage(t);
    assert.equal(await call('keep_send', { dst: 'server', body: 'hello' }), 'done');
    assert.equal(await call('keep_send', { dst: 'bot:nobody', body: 'hello' }), 'error:offline');
    const info = JSON.parse(await call('keep_discover'));
    assert.deepEqual(Object.keys(info).sort(), ['agents_online', 'uptime_sec', 'version']);
    assert.deepEqual(JSON.parse(await call('keep_discover_agents')), ['bot:mcp']);
    assert.deepEqual(JSON.parse(await call('keep_listen', { timeout: 0.05 })), { messages: [], count: 0 });
    assert.deepEqual(JSON.parse(await call('keep_ensure_server')), { running: true, method: 'existing' });
  });

  it('asks another agent, and gives its answer', async (t) => {
    const { call, other } = await stage(t);
    await other.connect();
    void other.listen((packet) => other.reply(packet, `${packet.src} said ${packet.body}`));
    assert.equal(await call('keep_send', { dst: 'bot:other', body: 'hello' }), 'bot:mcp said hello');
  });

  for (const era of ['legacy', 'modern'] as const) {
    it(`pushes what comes in to a subscriber, in the ${era} protocol`, async (t) => {
      const { client, other, call, pushed } = await stage(t, era);
      assert.equal(await call('keep_send', { dst: 'server', body: 'I am there' }), 'done');
      if (era === 'legacy') await client.subscribeResource({ uri: INBOX });
      else await client.listen({ resourceSubscriptions: [INBOX], resourcesListChanged: true });
      assert.equal((await other.tell('bot:mcp', 'for you')).kind, 'delivered');
      assert.equal(await pushed.updated, INBOX);
      await pushed.listChanged;
      const { contents } = await client.readResource({ uri: INBOX });
      const { messages } = JSON.parse((contents[0] as { text: string }).text);
      assert.deepEqual(
        [messages[0].src, messages[0].body, messages[0].key],
        ['bot:other', 'for you', await other.key()],
      );
      const { resources } = await client.listResources();
      assert.deepEqual(
        resources.map(({ name }) => name),
        ['inbox', 'bot:other: for you'],
      );
    });
  }

  it('gives each packet once to whoever asks, and all when all are asked for', async (t) => {
    const { call, other, pushed } = await stage(t);
    await call('keep_send', { dst: 'server', body: 'I am there' });
    await other.tell('bot:mcp', 'one');
    await pushed.listChanged;
    const one = { src: 'bot:other', dst: 'bot:mcp', body: 'one' };
    assert.deepEqual(JSON.parse(await call('keep_listen', { timeout: 0.05 })), { messages: [one], count: 1 });
    assert.equal(JSON.parse(await call('keep_inbox')).count, 0);
    assert.equal(JSON.parse(await call('keep_inbox', { all: true })).messages[0].body, 'one');
  });

  it('says in the answer what fails, and refuses arguments that are none', async (t) => {
    const { server, call, client } = await stage(t);
    assert.match(await call('keep_claim'), /"error":"this server knows no claims"/);
    const { isError } = await client.callTool({ name: 'keep_send', arguments: { body: 'to nobody' } });
    assert.equal(isError, true);
    await server.close();
    assert.match(
      await call('keep_listen', { timeout: 0.05, register_src: 'bot:third' }),
      /"error":"Cannot reach a keep server/,
    );
  });
});
