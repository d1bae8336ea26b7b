/** Taking over what a published relay left: its database and the older messages.json. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { sha256Hex } from '../../src/relay/blob-keeper.ts';
import { temporaryDirectory } from '../support/command.ts';
import { newPerson, type Person, sealedPost, signedPost } from '../support/signed-posts.ts';
import { startTestRelay } from './support.ts';

type Row = Record<string, string | number | null>;

const COLUMNS = [
  ...['id', 'channel', 'author_pubkey', 'author_name', 'content', 'created_at', 'prev_hash', 'signature', 'signed_at'],
  ...['legacy', 'from_dot1', 'from_ed25519_pub', 'sig', 'signed', 'unsigned_legacy', 'attachments_json'],
  ...['from_x25519_pub', 'cipher_body', 'wraps_json', 'encrypted', 'username'],
];

/** With the columns of version 1.3; the journal is left behind, as by a process that was killed. */
async function publishedDatabase(path: string, rows: Row[], usernames: Row[] = []): Promise<Buffer[]> {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; CREATE TABLE messages (${COLUMNS.join(', ')});
    CREATE TABLE channels (name); CREATE TABLE keys (pubkey);
    CREATE TABLE usernames (username, dot1, claimed_at, ed25519_pub)`);
  const insert = database.prepare(`INSERT INTO messages VALUES (${COLUMNS.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(...COLUMNS.map((name) => row[name] ?? null));
  const claim = database.prepare('INSERT INTO usernames VALUES (?, ?, ?, ?)');
  for (const { username, dot1, claimed_at, ed25519_pub } of usernames) {
    claim.run(username as string, dot1 as string, claimed_at as number, ed25519_pub as string);
  }
  const files = await Promise.all([readFile(path), readFile(`${path}-wal`)]);
  database.close();
  await Promise.all([writeFile(path, files[0] as Buffer), writeFile(`${path}-wal`, files[1] as Buffer)]);
  return files;
}

async function rowOf(person: Person, channel: string, content: string, more: Row = {}): Promise<Row> {
  const post = await signedPost(person, channel, content);
  const { id, createdAt, from_dot1, from_ed25519_pub, sig } = post as Record<string, string>;
  return {
    ...{ id: id ?? '', channel, content, created_at: createdAt ?? '', author_name: 'Ann', signed: 1, legacy: 0 },
    ...{ author_pubkey: from_ed25519_pub ?? '', from_dot1: from_dot1 ?? '', from_ed25519_pub: from_ed25519_pub ?? '' },
    ...{ sig: sig ?? '', prev_hash: '0123456789abcdef', encrypted: 0, ...more },
  };
}

const unsignedRow = (content: string): Row => ({
  ...{ id: `u-${content}`, channel: 'main', author_pubkey: 'legacy-12345678', author_name: 'Zed', content },
  ...{ created_at: '2025-01-01T00:00:00.000Z', prev_hash: 'aa', legacy: 1, unsigned_legacy: 1, encrypted: 0 },
});

async function relayOver(context: TestContext, dataDir: string, dbPath?: string) {
  return startTestRelay(context, { dataDir, ...(dbPath !== undefined && { dbPath }) });
}

test('a published database comes over once, signatures and all, and stays as it was', async (context) => {
  const dataDir = temporaryDirectory();
  const path = join(dataDir, 'piperchat.db');
  const [ann, bob] = [newPerson(), newPerson()];
  const signed = await rowOf(ann, 'main', 'signed');
  const tampered = { ...(await rowOf(bob, 'main', 'said otherwise')), content: 'never said' };
  const sealed = await sealedPost(bob, 'main', 30);
  const claims = [
    { username: 'ann', dot1: ann.dot1, claimed_at: 1_700_000_000_000, ed25519_pub: toHex(ann.signer.key) },
    { username: 'eve', dot1: ann.dot1, claimed_at: 1_700_000_000_001, ed25519_pub: toHex(bob.signer.key) },
  ];
  const before = await publishedDatabase(
    path,
    [unsignedRow('old'), signed, tampered, sealedRow(sealed), { ...unsignedRow('undated'), created_at: 'never' }],
    claims,
  );
  for (const round of ['first start', 'second start']) {
    const relay = await relayOver(context, dataDir);
    const list: Row[] = await relay.list('/messages');
    const by = (content: unknown) => list.filter((message) => message.content === content);
    assert.equal(list.length, 4, round);
    assert.deepEqual(
      by('signed').map(({ id, sig, prev, signed: is }) => [id, sig, prev, is]),
      [[signed.id, signed.sig, null, true]],
    );
    assert.deepEqual(
      by('never said').map(({ unsigned, sig }) => [unsigned, sig]),
      [[true, undefined]],
    );
    assert.equal(list.find(({ cipher_body: cipher }) => cipher === sealed.cipher_body)?.sig, sealed.sig);
    assert.deepEqual(
      by('old').map(({ pubkey, author }) => [pubkey, author]),
      [['legacy-12345678', 'Zed']],
    );
    assert.deepEqual(await relay.list('/usernames'), [
      { username: 'ann', dot1: ann.dot1, claimed_at: 1_700_000_000_000 },
    ]);
    await relay.close();
  }
  assert.deepEqual(await Promise.all([readFile(path), readFile(`${path}-wal`)]), before);
});

test('a signed 1.0 message and an attachment come over', async (context) => {
  const dataDir = temporaryDirectory();
  const person = newPerson();
  const pubkey = toHex(person.signer.key);
  const line = utf8(['v1', pubkey, 'main', 1_700_000_000_000, 'old times'].join('\n'));
  const old: Row = {
    ...{ id: 'its-old-id', channel: 'main', author_pubkey: pubkey, author_name: 'Ann', content: 'old times' },
    ...{ created_at: '2023-11-14T22:13:21.000Z', signature: toHex(await person.signer.sign(line)) },
    ...{ signed_at: 1_700_000_000_000, encrypted: 0 },
  };
  const content = Buffer.from('attached');
  const meta = { filename: 'a', mime_type: 'text/plain', size_bytes: 8, sha256: sha256Hex(content) };
  await publishedDatabase(join(dataDir, 'piperchat.db'), [old, await attachedRow(person, meta, content)]);
  const relay = await relayOver(context, dataDir);
  const [first, second] = await relay.list('/messages');
  assert.deepEqual([first.id, first.signed, first.author], ['its-old-id', true, 'Ann']);
  assert.deepEqual(
    second.attachments.map(({ sha256 }: { sha256: string }) => sha256),
    [meta.sha256],
  );
  const blob = await fetch(`${relay.url}/blobs/${meta.sha256}`);
  assert.equal(await blob.text(), 'attached');
});

test('DB_PATH may name a published database; ours is then made in the data directory', async (context) => {
  const [dataDir, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
  const dbPath = join(elsewhere, 'chat.db');
  const before = await publishedDatabase(dbPath, [unsignedRow('there')]);
  const relay = await relayOver(context, dataDir, dbPath);
  assert.equal((await relay.list('/messages'))[0].content, 'there');
  assert.deepEqual(await readFile(dbPath), before[0]);
  assert.ok((await readFile(join(dataDir, 'pipes.db'))).length > 0);
});

test('DB_PATH may name our own database', async (context) => {
  const [dataDir, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
  const dbPath = join(elsewhere, 'own.db');
  for (const content of ['one', 'two']) {
    const relay = await relayOver(context, dataDir, dbPath);
    await relay.post({ content });
    await relay.close();
  }
  const relay = await relayOver(context, dataDir, dbPath);
  assert.equal((await relay.list('/messages')).length, 2);
});

test('an old messages.json comes over as unsigned messages, once', async (context) => {
  const dataDir = temporaryDirectory();
  const path = join(dataDir, 'messages.json');
  const text = JSON.stringify([
    {
      id: 'a',
      author: 'Ann',
      content: 'hello <b>',
      channel: 'main',
      createdAt: '2024-01-01T00:00:00.000Z',
      prev: null,
    },
    { id: 'b', content: 'no author', createdAt: '2024-01-02T00:00:00.000Z' },
    { id: 'c', author: 'Bob', content: '', createdAt: '2024-01-03T00:00:00.000Z' },
    null,
    7,
  ]);
  await writeFile(path, text);
  for (let round = 0; round < 2; round++) {
    const relay = await relayOver(context, dataDir);
    const list: Row[] = await relay.list('/messages');
    assert.deepEqual(
      list.map(({ id, author, content, unsigned }) => [id, author, content, unsigned]),
      [
        ['a', 'Ann', 'hello <b>', true],
        ['b', 'unknown', 'no author', true],
      ],
    );
    await relay.close();
  }
  assert.equal(await readFile(path, 'utf8'), text);
});

function sealedRow(post: Record<string, unknown>): Row {
  const { id, createdAt, from_dot1, from_ed25519_pub, from_x25519_pub, cipher_body, wraps, sig } = post as Record<
    string,
    string
  >;
  return {
    ...{
      id: id ?? '',
      channel: 'main',
      author_pubkey: from_ed25519_pub ?? '',
      author_name: 'Bob',
      content: '[sealed]',
    },
    ...{ created_at: createdAt ?? '', from_dot1: from_dot1 ?? '', from_ed25519_pub: from_ed25519_pub ?? '' },
    ...{
      sig: sig ?? '',
      signed: 1,
      encrypted: 1,
      from_x25519_pub: from_x25519_pub ?? '',
      prev_hash: 'feedfeedfeedfeed',
    },
    ...{ cipher_body: cipher_body ?? '', wraps_json: JSON.stringify(wraps) },
  };
}

async function attachedRow(person: Person, meta: object, content: Buffer): Promise<Row> {
  const { signedBytes } = await import('../../src/core/envelope/piper.ts');
  const base = {
    ...{
      version: '1.1' as const,
      id: 'with-file',
      channel: 'main',
      content: 'see',
      createdAt: '2025-01-01T00:00:00.000Z',
    },
    ...{
      prev: null,
      fromDot1: person.dot1,
      fromEd25519Pub: toHex(person.signer.key),
      sig: '',
      attachments: [meta as never],
    },
  };
  const sig = toHex(await person.signer.sign(signedBytes(base)));
  return {
    ...{ id: base.id, channel: 'main', content: 'see', created_at: base.createdAt, author_name: 'Ann', encrypted: 0 },
    ...{ author_pubkey: base.fromEd25519Pub, from_dot1: person.dot1, from_ed25519_pub: base.fromEd25519Pub, sig },
    attachments_json: JSON.stringify([{ ...meta, content_b64: content.toString('base64') }]),
  };
}
