import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deleteDB, openDB } from 'idb';
import { StorageError, UsageError, VerificationError } from '../../core/errors.ts';
import { seedsOf } from '../../core/identity/derive.ts';
import { sha256, signerFromSeed } from '../node/crypto.ts';
import { forgetRootSeed, hasKeys, importSeed, loadOrCreateKeys, rootSeed } from './keys.ts';

const ROOT = new Uint8Array(32).fill(9);
let names = 0;
const fresh = (): string => `keys-test-${names++}`;

async function stored(name: string): Promise<Record<string, unknown>> {
  const database = await openDB(`${name}-keys`, 1);
  const record = await database.get('identity', 'self');
  database.close();
  return record;
}

test('a browser gets an identity, which stays the same and can sign and agree', async () => {
  const name = fresh();
  const [first, second] = [await loadOrCreateKeys(name), await loadOrCreateKeys(name)];
  assert.deepEqual([first.created, second.created], [true, false]);
  assert.deepEqual(second.signer.key, first.signer.key);
  assert.deepEqual(await second.signer.sign(ROOT), await first.signer.sign(ROOT));
  const other = await loadOrCreateKeys(fresh());
  assert.notDeepEqual(other.signer.key, first.signer.key);
  assert.deepEqual(await other.agreement.agree(second.agreement.key), await first.agreement.agree(other.agreement.key));
});

test('whether there is an identity can be asked without making anything', async () => {
  const name = fresh();
  assert.equal(await hasKeys(name), false);
  assert.ok(!(await indexedDB.databases()).some((database) => database.name?.startsWith(name)));
  await forgetRootSeed(name);
  assert.equal(await hasKeys(name), false);
  await loadOrCreateKeys(name);
  assert.equal(await hasKeys(name), true);
});

test('tabs that start at once agree on one identity', async () => {
  const name = fresh();
  const all = await Promise.all(Array.from({ length: 10 }, () => loadOrCreateKeys(name)));
  assert.equal(all.filter(({ created }) => created).length, 1);
  for (const { signer } of all) assert.deepEqual(signer.key, all[0]?.signer.key);
});

test('no secret can be read out of what is stored', async () => {
  const name = fresh();
  await loadOrCreateKeys(name);
  const record = await stored(name);
  const secrets: CryptoKey[] = [];
  JSON.stringify(record, (_, value) => (value instanceof CryptoKey ? secrets.push(value) : value));
  assert.equal(secrets.length, 3);
  for (const secret of secrets) assert.equal(secret.extractable, false);
});

test('the root seed can be shown until it is forgotten; the keys stay', async () => {
  const name = fresh();
  const { signer } = await loadOrCreateKeys(name);
  const root = await rootSeed(name);
  assert.ok(root);
  assert.deepEqual(signerFromSeed(seedsOf(sha256, { kind: 'root', root }).signing).key, signer.key);
  await forgetRootSeed(name);
  assert.equal(await rootSeed(name), undefined);
  assert.deepEqual((await loadOrCreateKeys(name)).signer.key, signer.key);
  await forgetRootSeed(fresh());
});

test('words and seeds from elsewhere give the same identity here, and never replace one', async () => {
  const [words, foreign] = [fresh(), fresh()];
  await importSeed(words, { kind: 'root', root: ROOT });
  const seeds = seedsOf(sha256, { kind: 'root', root: ROOT });
  assert.deepEqual((await loadOrCreateKeys(words)).signer.key, signerFromSeed(seeds.signing).key);
  assert.deepEqual(await rootSeed(words), ROOT);
  await importSeed(foreign, { kind: 'imported', signing: ROOT, agreement: seeds.agreement });
  assert.deepEqual((await loadOrCreateKeys(foreign)).signer.key, signerFromSeed(ROOT).key);
  assert.equal(await rootSeed(foreign), undefined);
  await assert.rejects(importSeed(words, { kind: 'imported', signing: ROOT }), UsageError);
  assert.deepEqual(await rootSeed(words), ROOT);
});

test("a seed sealed for another identity's key does not open", async () => {
  const [one, two] = [fresh(), fresh()];
  await loadOrCreateKeys(one);
  await loadOrCreateKeys(two);
  const { seed } = await stored(two);
  const database = await openDB(`${one}-keys`, 1);
  await database.put('identity', { ...(await stored(one)), seed }, 'self');
  database.close();
  await assert.rejects(rootSeed(one), VerificationError);
});

test('what a newer version stored is left alone', async () => {
  const name = fresh();
  await loadOrCreateKeys(name);
  const database = await openDB(`${name}-keys`, 1);
  await database.put('identity', { ...(await stored(name)), version: 2 }, 'self');
  database.close();
  await assert.rejects(loadOrCreateKeys(name), StorageError);
  await deleteDB(`${name}-keys`);
});

test('a page without a secure context is told so', async (t) => {
  t.mock.getter(globalThis, 'crypto', () => ({}));
  await assert.rejects(loadOrCreateKeys(fresh()), { name: 'UsageError', message: /expected https or localhost/ });
});
