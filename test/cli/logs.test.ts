/** The commands on logs as a person or a script uses them: processes of their own, a stick between two people. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { run, temporaryDirectory } from '../support/command.ts';
import { runQuickly } from '../support/one-process.ts';

const vectors = resolve(import.meta.dirname, '../vectors/pigeon');

/** A person with a data directory of their own. `ok` runs a command that shall succeed and gives what it printed. */
function person(perform = runQuickly) {
  const home = temporaryDirectory();
  const pipes = (args: readonly string[], input = '') => perform(args, { DATA_DIR: join(home, 'data') }, input);
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await pipes(args);
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout.trimEnd();
  };
  return { home, pipes, ok, json: async (...args: string[]) => JSON.parse(await ok(...args, '--json')) };
}

describe('pipes identity', () => {
  it('shows the log that others follow on the first line, and makes it silently', async () => {
    const { ok, json, pipes } = person();
    const [first = ''] = (await ok('identity', 'show')).split('\n');
    assert.match(first, /^USER\.[0-9A-Z]{52}$/);
    const facts = await json('identity', 'show');
    assert.deepEqual([facts.log, facts.dialect], [first, '2020-06']);
    assert.match(facts.dot1, /^dot1:[0-9a-f]{16}$/);
    const again = await pipes(['identity', 'new']);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /^Cannot make identity: .*identity\.json is there; choose another --data-dir\n$/);
  });

  it('makes a log in the dialect of older clients', async () => {
    for (const [dialect, form] of [
      ['2020-04', /^@[0-9A-Z]{52}\.ed25519\n/],
      ['2020-12', /^USER\.[0-9A-Z]{52}\n/],
    ] as const) {
      const { ok, json } = person();
      assert.match(`${await ok('identity', 'new', '--dialect', dialect)}\n`, form);
      await ok('draft', 'create', 'note');
      await ok('draft', 'append', 'text', 'hello');
      await ok('draft', 'sign');
      assert.equal((await json('message', 'find', await ok('message', 'last'))).dialect, dialect);
    }
  });

  it("goes on with another client's log", async () => {
    const { home, ok } = person();
    const { author, seed_hex, message_ids } = expected('2020-12');
    writeFileSync(join(home, 'seed'), `${seed_hex}\n`);
    await ok('identity', 'new', '--dialect', '2020-12', '--seed-file', join(home, 'seed'));
    assert.equal((await ok('identity', 'show')).split('\n')[0], author);
    await ok('bundle', 'import', join(vectors, '2020-12'));
    assert.equal(await ok('message', 'last'), message_ids.at(-1));
  });
});

const expected = (dialect: string): { author: string; seed_hex: string; message_ids: string[]; blob_ids: string[] } =>
  JSON.parse(readFileSync(join(vectors, dialect, 'expected.json'), 'utf8'));

for (const dialect of ['2020-04', '2020-06', '2020-12'] as const) {
  it(`takes in a published bundle of ${dialect} and gives out the same bytes`, async () => {
    const { home, ok, json } = person();
    const { author, message_ids, blob_ids } = expected(dialect);
    const first = await json('bundle', 'import', join(vectors, dialect));
    assert.deepEqual(
      [first.imported, first.known, first.refused, first.blobs],
      [message_ids.length, 0, [], blob_ids.length],
    );
    const again = await json('bundle', 'ingest', join(vectors, dialect));
    assert.deepEqual([again.imported, again.known, again.refused, again.blobs], [0, message_ids.length, [], 0]);
    assert.deepEqual(await json('message', 'find-all', author), message_ids);
    assert.deepEqual((await ok('message', 'find-all', author)).split('\n'), message_ids);
    const stick = join(home, 'stick');
    await ok('bundle', 'export', stick, '--author', author);
    const messages = (folder: string) => readFileSync(join(folder, 'messages.pgn'), 'utf8');
    assert.equal(messages(stick), messages(join(vectors, dialect)));
    if (dialect === '2020-04') assert.equal(readFileSync(join(stick, 'gossip.pgn'), 'utf8'), messages(stick));
    const report = await json('bundle', 'inspect', stick);
    assert.deepEqual([report.entries, report.blobs.present], [message_ids.length, blob_ids.length]);
    assert.equal((await json('log', 'verify', author)).checked, message_ids.length);
  });
}

it('carries what two people write between them on a stick, files included', async () => {
  const [ann, ben] = [person(), person()];
  const stick = join(ann.home, 'stick.zip');
  const picture = join(ann.home, 'picture');
  writeFileSync(picture, Buffer.alloc(800_000, 'a picture '));
  const id = await ann.ok('blob', 'set', '--file', picture);
  await ann.ok('draft', 'create', 'photo');
  await ann.ok('draft', 'append', 'picture', id);
  await ann.ok('draft', 'sign');
  await ann.ok('bundle', 'create', stick);
  await ben.ok('bundle', 'ingest', stick);
  const annLog = (await ann.json('identity', 'show')).log;
  await ben.ok('blob', 'get', id, '--output', join(ben.home, 'copy'));
  assert.deepEqual(readFileSync(join(ben.home, 'copy')), readFileSync(picture));
  assert.equal(await ben.ok('peer', 'add', annLog), annLog);
  assert.equal(await ben.ok('peer', 'all'), annLog);

  const benLog = (await ben.json('identity', 'show')).log;
  await ben.ok('draft', 'create', 'answer');
  await ben.ok('draft', 'append', 'to', await ann.ok('message', 'last'));
  await ben.ok('draft', 'sign');
  await ben.ok('bundle', 'export', stick);
  await ann.ok('bundle', 'import', stick);
  assert.deepEqual(await ann.json('message', 'find-all', benLog), await ben.json('message', 'find-all', benLog));

  await ann.ok('draft', 'create', 'more');
  await ann.ok('draft', 'append', 'text', 'only this is new');
  await ann.ok('draft', 'sign');
  const news = join(ann.home, 'news');
  assert.equal((await ann.json('bundle', 'export', news, '--for', benLog)).entries, 1);
  assert.equal((await ann.json('bundle', 'export', join(ann.home, 'b'), '--since', stick, '--dry-run')).entries, 1);
  assert.ok(!existsSync(join(ann.home, 'b')));
  assert.equal((await ben.json('bundle', 'import', news)).imported, 1);

  await ben.ok('peer', 'block', annLog);
  assert.deepEqual(await ben.json('message', 'find-all', annLog), []);
  const refused = await ben.json('bundle', 'import', news);
  assert.deepEqual([refused.imported, refused.refused[0].reason], [0, 'blocked']);
});

it('seals a bundle to one person, and no other opens it', async () => {
  const { home, ok, pipes } = person();
  const { generateIdentity, identityToRecipient } = await import('age-encryption');
  const [mine, another] = [await generateIdentity(), await generateIdentity()];
  writeFileSync(join(home, 'mine'), `# created: today\n${mine}\n`);
  writeFileSync(join(home, 'another'), `${another}\n`);
  await ok('draft', 'create', 'note');
  await ok('draft', 'append', 'text', 'for you');
  await ok('draft', 'sign');
  const sealed = join(home, 'sealed.zip.age');
  await ok('bundle', 'export', sealed, '--to', await identityToRecipient(mine));
  const entries = (code: string) => code.match(/2 messages/);
  assert.ok(entries(await ok('bundle', 'inspect', sealed, '--identity', join(home, 'mine'))));
  for (const args of [[], ['--identity', join(home, 'another')]]) {
    const { code, stderr } = await pipes(['bundle', 'import', sealed, ...args]);
    assert.notEqual(code, 0);
    assert.match(stderr, /^Cannot open sealed bundle: .+\n$/);
  }
});

it('speaks through pipes: entries to stdout, a bundle from stdin, text for a draft and a file from stdin', async () => {
  const [ann, ben] = [person(run), person(run)];
  await ann.ok('draft', 'create', 'note');
  assert.equal((await ann.pipes(['draft', 'append', 'text'], 'from stdin\n')).code, 0);
  await ann.ok('draft', 'sign');
  const { stdout } = await ann.pipes(['bundle', 'export', '-', '--entries']);
  assert.equal((await ben.pipes(['bundle', 'import', '-', '--json'], stdout)).code, 0);
  assert.match(await ben.ok('message', 'find', await ann.ok('message', 'last')), /^text:"from stdin"$/m);
  const { stdout: id } = await ben.pipes(['blob', 'set'], 'some bytes');
  assert.equal(await ben.ok('blob', 'get', id.trim()), 'some bytes');
});

it('proves one entry to somebody who has nothing of its log', async () => {
  const [ann, ben] = [person(), person()];
  const { author, message_ids } = expected('2020-06');
  await ann.ok('bundle', 'import', join(vectors, '2020-06'));
  const certificate = await ann.ok('log', 'prove', message_ids[7] ?? '');
  const { code, stdout } = await ben.pipes(['log', 'check'], certificate);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^Proven: ${author} wrote this at depth 7, in a log of 45 messages`));
  const forged = await ben.pipes(['log', 'check', '--json'], certificate.replace('depth 7', 'depth 8'));
  assert.equal(forged.code, 1);
  assert.equal(JSON.parse(forged.stdout).kind, 'not proven');
  const other = expected('2020-12');
  await ann.ok('bundle', 'import', join(vectors, '2020-12'));
  const refused = await ann.pipes(['log', 'prove', other.message_ids[3] ?? '']);
  assert.match(refused.stderr, /expected dialect 2020-06, whose links name ids, got 2020-12/);
});

it('shows a fork with a proof that anyone can check', async () => {
  const [ann, twin, ben] = [person(), person(), person()];
  writeFileSync(join(ann.home, 'seed'), Buffer.alloc(32, 7));
  for (const one of [ann, twin]) {
    await one.ok('identity', 'new', '--seed-file', join(ann.home, 'seed'));
    await one.ok('draft', 'create', 'note');
    await one.ok('draft', 'append', 'by', one === ann ? 'one' : 'the other');
    await one.ok('draft', 'sign');
    await one.ok('bundle', 'export', join(one.home, 'stick'));
  }
  await ben.ok('bundle', 'import', join(ann.home, 'stick'));
  const report = await ben.json('bundle', 'import', join(twin.home, 'stick'));
  assert.deepEqual([report.imported, report.refused[0].reason, report.refused[0].depth], [0, 'fork', 0]);
  const [fork] = await ben.json('log', 'forks');
  assert.equal(fork.depth, 0);
  assert.equal(fork.proof.match(/^author /gm).length, 2);
});

it('says what is wrong and what cures it', async () => {
  const { home, pipes, ok } = person();
  await ok('draft', 'create', 'note');
  writeFileSync(join(home, 'nothing'), 'no entries at all\n');
  for (const [args, message] of [
    [['draft', 'create', 'again'], /^Cannot create draft: there is one; sign or discard it$/],
    [['draft', 'sign'], /^Cannot sign draft: expected at least one key and value, got none$/],
    [['draft', 'append', 'a key', 'x'], /^Cannot write key: expected 1 to 90 letters/],
    [['message', 'find', 'TEXT.1'], /^Cannot use entry: expected TEXT/],
    [['peer', 'add', 'somebody'], /^Cannot use author: expected USER/],
    [['bundle', 'import', join(home, 'absent')], /^Cannot open bundle: there is no .*absent$/],
    [['bundle', 'import', home], /^Cannot open bundle: expected messages\.pgn or gossip\.pgn in /],
    [['bundle', 'export', join(home, 'b'), '--size', 'much'], /^Cannot use --size: expected an amount such as 700M/],
    [['blob', 'get', `FILE.${'0'.repeat(52)}`], /^Cannot read file: its blob FILE\.0+ is not here yet$/],
    [['log', 'verify', `USER.${'0'.repeat(52)}`], /^Cannot verify USER\.0+: its log is not here$/],
  ] as const) {
    const { code, stderr } = await pipes(args);
    assert.notEqual(code, 0, args.join(' '));
    assert.match(stderr.trimEnd(), message);
  }
});

it('waits for another command on the same data, and keeps what both write', async () => {
  const { ok, json } = person(run);
  await ok('status');
  const ids = await Promise.all(['a', 'b', 'c'].map((data) => ok('blob', 'set', data)));
  assert.equal(new Set(ids).size, 3);
  assert.equal((await json('status')).published, 0);
});

it('stops an export at Ctrl+C without leaving anything half-written', async () => {
  const { home, pipes } = person(run);
  const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
  await pipes(['bundle', 'import', join(vectors, '2020-06')]);
  const child = spawn(process.execPath, [main, 'bundle', 'import', '-'], {
    env: { PATH: process.env.PATH ?? '', DATA_DIR: join(home, 'data') },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  child.stdin.write(readFileSync(join(vectors, '2020-12/messages.pgn')).subarray(0, 4000));
  child.kill('SIGINT');
  child.stdin.end();
  await ended;
  assert.equal((await pipes(['log', 'verify'])).code, 0);
});
