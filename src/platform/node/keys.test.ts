import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DecodeError, StorageError, UsageError, VerificationError } from '../../core/errors.ts';
import { seedsOf } from '../../core/identity/derive.ts';
import { sha256, signerFromSeed } from './crypto.ts';
import { importSeed, keyFilePath, loadOrCreateKeys, rootSeed } from './keys.ts';

const ROOT = new Uint8Array(32).fill(9);

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pipes-keys-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return join(path, 'data');
}

async function editFile(dataDir: string, edit: (file: Record<string, unknown>) => void): Promise<void> {
  const file = JSON.parse(await readFile(keyFilePath(dataDir), 'utf8'));
  edit(file);
  await writeFile(keyFilePath(dataDir), JSON.stringify(file));
}

test('an empty directory gets an identity, which stays the same and can sign and agree', async (t) => {
  const dataDir = await directory(t);
  const first = await loadOrCreateKeys(dataDir);
  const second = await loadOrCreateKeys(dataDir);
  assert.deepEqual([first.created, second.created], [true, false]);
  assert.deepEqual(second.signer.key, first.signer.key);
  assert.deepEqual(second.agreement.key, first.agreement.key);
  assert.deepEqual(await second.signer.sign(ROOT), await first.signer.sign(ROOT));
  const other = await loadOrCreateKeys(await directory(t));
  assert.notDeepEqual(other.signer.key, first.signer.key);
  assert.deepEqual(await other.agreement.agree(first.agreement.key), await first.agreement.agree(other.agreement.key));
});

test('only its owner may read the key file, and nothing else is left in the directory', async (t) => {
  const dataDir = await directory(t);
  await loadOrCreateKeys(dataDir);
  assert.deepEqual(await readdir(dataDir), ['identity.json']);
  if (process.platform === 'win32') return;
  assert.equal((await stat(keyFilePath(dataDir))).mode & 0o777, 0o600);
  assert.equal((await stat(dataDir)).mode & 0o777, 0o700);
});

test('calls that start at once on an empty directory agree on one identity', async (t) => {
  const dataDir = await directory(t);
  const all = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateKeys(dataDir)));
  assert.equal(all.filter(({ created }) => created).length, 1);
  for (const { signer } of all) assert.deepEqual(signer.key, all[0]?.signer.key);
  assert.deepEqual(await readdir(dataDir), ['identity.json']);
});

test('processes that start at once on an empty directory agree on one identity', async (t) => {
  const dataDir = await directory(t);
  const program = `
    import { loadOrCreateKeys } from ${JSON.stringify(new URL('./keys.ts', import.meta.url).href)};
    const { signer, created } = await loadOrCreateKeys(${JSON.stringify(dataDir)});
    process.stdout.write(JSON.stringify([Buffer.from(signer.key).toString('hex'), created]));`;
  const results = await Promise.all(Array.from({ length: 4 }, () => runProgram(program)));
  const answers: [key: string, created: boolean][] = results.map((output) => JSON.parse(output));
  assert.equal(new Set(answers.map(([key]) => key)).size, 1);
  assert.equal(answers.filter(([, created]) => created).length, 1);
});

async function runProgram(program: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  return output;
}

test('the root seed imports, and gives the derived keys and itself back', async (t) => {
  const dataDir = await directory(t);
  await importSeed(dataDir, { kind: 'root', root: ROOT });
  const { signer, created } = await loadOrCreateKeys(dataDir);
  assert.equal(created, false);
  assert.deepEqual(signer.key, signerFromSeed(seedsOf(sha256, { kind: 'root', root: ROOT }).signing).key);
  assert.deepEqual(await rootSeed(dataDir), ROOT);
});

test("another program's Ed25519 seed imports as the signing key itself, without words", async (t) => {
  const dataDir = await directory(t);
  const { agreement } = await importSeed(dataDir, { kind: 'imported', signing: ROOT });
  const loaded = await loadOrCreateKeys(dataDir);
  assert.deepEqual(loaded.signer.key, signerFromSeed(ROOT).key);
  assert.deepEqual(loaded.agreement.key, agreement.key);
  assert.equal(await rootSeed(dataDir), undefined);
});

test('an import never replaces an identity', async (t) => {
  const dataDir = await directory(t);
  const { signer } = await loadOrCreateKeys(dataDir);
  await assert.rejects(importSeed(dataDir, { kind: 'root', root: ROOT }), UsageError);
  assert.deepEqual((await loadOrCreateKeys(dataDir)).signer.key, signer.key);
});

test('a passphrase seals the file: no secret in it, and only the passphrase opens it', async (t) => {
  const dataDir = await directory(t);
  const passphrase = 'ﬁne Ångström';
  await importSeed(dataDir, { kind: 'root', root: ROOT }, { passphrase });
  assert.ok(!(await readFile(keyFilePath(dataDir), 'utf8')).includes('09090909'));
  assert.deepEqual(await rootSeed(dataDir, { passphrase }), ROOT);
  assert.deepEqual(await rootSeed(dataDir, { passphrase: passphrase.normalize('NFKD') }), ROOT, 'typed elsewhere');
  await assert.rejects(loadOrCreateKeys(dataDir, { passphrase: 'wrong' }), VerificationError);
  await assert.rejects(loadOrCreateKeys(dataDir), UsageError);
});

test('a passphrase for a bare file, and an empty one, are refused rather than ignored', async (t) => {
  const dataDir = await directory(t);
  await assert.rejects(loadOrCreateKeys(dataDir, { passphrase: '' }), UsageError);
  await loadOrCreateKeys(dataDir);
  await assert.rejects(loadOrCreateKeys(dataDir, { passphrase: 'some' }), UsageError);
});

test('the parameters of a sealed file are authenticated and bounded', async (t) => {
  const dataDir = await directory(t);
  const passphrase = 'some';
  await importSeed(dataDir, { kind: 'root', root: ROOT }, { passphrase });
  const good = await readFile(keyFilePath(dataDir), 'utf8');
  const edits: [change: Record<string, unknown>, error: typeof DecodeError | typeof VerificationError][] = [
    [{ passes: 1 }, VerificationError],
    [{ memory_kib: 1024 }, VerificationError],
    [{ memory_kib: 1e9 }, DecodeError],
    [{ passes: 0 }, DecodeError],
    [{ lanes: 1.5 }, DecodeError],
    [{ kdf: 'scrypt' }, DecodeError],
    [{ salt: '00' }, DecodeError],
  ];
  for (const [change, error] of edits) {
    await writeFile(keyFilePath(dataDir), good);
    await editFile(dataDir, (file) => Object.assign(file.sealing as object, change));
    await assert.rejects(loadOrCreateKeys(dataDir, { passphrase }), error, JSON.stringify(change));
  }
  await writeFile(keyFilePath(dataDir), good);
  await editFile(dataDir, (file) => {
    file.key = Buffer.from(signerFromSeed(new Uint8Array(32)).key).toString('hex');
  });
  await assert.rejects(loadOrCreateKeys(dataDir, { passphrase }), VerificationError);
});

test('a damaged or newer file is reported with its place and left as it is', async (t) => {
  const dataDir = await directory(t);
  await loadOrCreateKeys(dataDir);
  const good = await readFile(keyFilePath(dataDir), 'utf8');
  const edits: [field: string, edit: (file: Record<string, unknown>) => void][] = [
    ['version', (file) => Object.assign(file, { version: 2 })],
    ['suite', (file) => Object.assign(file, { suite: 2 })],
    ['suite', (file) => Object.assign(file, { features: 1 })],
    ['key', (file) => Object.assign(file, { key: 'ab' })],
    ['key', (file) => Object.assign(file, { secret: { root: '00'.repeat(32) } })],
    ['root', (file) => Object.assign(file, { secret: { root: '00' } })],
    ['signing', (file) => Object.assign(file, { secret: {} })],
    ['secret', (file) => Object.assign(file, { secret: [] })],
  ];
  for (const [field, edit] of edits) {
    await writeFile(keyFilePath(dataDir), good);
    await editFile(dataDir, edit);
    const before = await readFile(keyFilePath(dataDir), 'utf8');
    await assert.rejects(loadOrCreateKeys(dataDir), (error) => error instanceof DecodeError && error.field === field);
    assert.equal(await readFile(keyFilePath(dataDir), 'utf8'), before);
  }
  for (const text of ['', '{', 'null', good.slice(0, -20)]) {
    await writeFile(keyFilePath(dataDir), text);
    await assert.rejects(loadOrCreateKeys(dataDir), DecodeError);
  }
});

test('a data directory that cannot be is a storage error', async (t) => {
  const dataDir = await directory(t);
  await loadOrCreateKeys(dataDir);
  await assert.rejects(loadOrCreateKeys(join(keyFilePath(dataDir), 'below')), StorageError);
});
