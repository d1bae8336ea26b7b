/** Importing entries: what comes in, what is refused and why, and that order, repetition and truncation do no harm. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { toHex } from '../../src/core/bytes.ts';
import type { Store } from '../../src/core/ports.ts';
import { signerFromSeed } from '../../src/platform/node/crypto.ts';
import { bundleOf, collect, createTestLogs, makeLog, seedOf, textOf } from './support.ts';

const signers = [0, 1, 2].map((n) => signerFromSeed(seedOf(n)));
const [ann, bob, cy] = signers as [(typeof signers)[0], (typeof signers)[0], (typeof signers)[0]];
const keyOf = (signer: { key: Uint8Array }) => toHex(signer.key);
const stateOf = async (store: Store) =>
  (await store.logs(100)).map(({ author, next, head, verifiedThrough }) => [
    author,
    next,
    toHex(head),
    verifiedThrough,
  ]);

for (const dialect of ['2020-04', '2020-06', '2020-12']) {
  test(`a published bundle of ${dialect} comes in whole, is known the second time, and goes out as the same bytes`, async () => {
    const bytes = readFileSync(new URL(`../vectors/pigeon/${dialect}/messages.pgn`, import.meta.url));
    const { logs } = await createTestLogs();
    const first = await logs.importEntries([bytes]);
    const summaries = await collect(logs.list());
    const total = summaries.reduce((sum, { entries }) => sum + entries, 0);
    assert.deepEqual([first.imported, first.refused], [total, []]);
    assert.ok(total > 40);
    const again = await logs.importEntries([bytes]);
    assert.deepEqual([again.imported, again.known], [0, total]);
    const order = [...new Set([...bytes.toString().matchAll(/^author (.*)$/gm)].map(([, author]) => author as string))];
    assert.equal(await textOf(logs.exportEntries({ authors: order })), bytes.toString());
  });
}

test('refusals tell reason, author, depth and line, and what came before them stays', async () => {
  const log = await makeLog(ann, 6);
  const cases: [reason: string, depth: number, damaged: string[]][] = [
    ['gap', 3, log.toSpliced(2, 1)],
    [
      'wrong prev',
      2,
      log.toSpliced(2, 1, (log[2] as string).replace(/prev .*/, /prev .*/.exec(log[1] as string)?.[0] ?? '')),
    ],
    ['bad signature', 2, log.toSpliced(2, 1, (log[2] as string).replace('entry 2', 'entry x'))],
    ['duplicate key', 2, log.toSpliced(2, 1, (log[2] as string).replace('text:', 'text:"a"\ntext:'))],
  ];
  for (const [reason, depth, damaged] of cases) {
    const { logs, ports } = await createTestLogs();
    const report = await logs.importEntries([bundleOf(damaged)]);
    assert.equal(report.imported, 2, reason);
    assert.deepEqual(
      report.refused.map((each) => [each.reason, each.depth]),
      [[reason, depth]],
    );
    assert.equal(report.refused[0]?.author, `USER.${/USER\.(.*)/.exec(log[0] as string)?.[1]}`);
    assert.ok((report.refused[0]?.line ?? 0) > 10);
    assert.equal((await ports.store.log(keyOf(ann)))?.verifiedThrough, 1);
    const completed = await logs.importEntries([bundleOf(log)]);
    assert.deepEqual([completed.imported, completed.known], [4, 2]);
  }
});

test('a bad signature is not checked twice', async () => {
  const log = await makeLog(ann, 3);
  const damaged = bundleOf(log.toSpliced(1, 1, (log[1] as string).replace('entry 1', 'entry x')));
  const { logs } = await createTestLogs();
  assert.equal((await logs.importEntries([damaged])).refused[0]?.reason, 'bad signature');
  assert.equal((await logs.importEntries([damaged])).refused[0]?.reason, 'refused before');
});

test('the good entry is taken that stands behind a bad one of the same depth', async () => {
  const log = await makeLog(ann, 4);
  const bad = (log[1] as string).replace('entry 1', 'entry x');
  const { logs } = await createTestLogs();
  const report = await logs.importEntries([bundleOf([log[0] as string, bad, ...log.slice(1)])]);
  assert.deepEqual([report.imported, report.refused.map(({ reason }) => reason)], [4, ['bad signature']]);
});

test('a fork is kept as two entries, the log stops at it, and the evidence can be checked by anybody', async () => {
  const log = await makeLog(ann, 5);
  const other = await makeLog(ann, 6, { textOf: (n) => (n < 3 ? `"entry ${n}"` : '"branch"') });
  const { logs, ports } = await createTestLogs();
  await logs.importEntries([bundleOf(log)]);
  const report = await logs.importEntries([bundleOf(other)]);
  assert.deepEqual([report.known, report.refused[0]?.reason, report.refused[0]?.depth], [3, 'fork', 3]);
  assert.equal((await ports.store.log(keyOf(ann)))?.next, 5);
  const [evidence] = await logs.forks();
  assert.equal(evidence?.depth, 3);
  assert.ok(evidence?.proof.includes(log[3] as string) && evidence.proof.includes(other[3] as string));
  const longer = await makeLog(ann, 7);
  assert.equal((await logs.importEntries([bundleOf(longer)])).refused[0]?.reason, 'fork');
  assert.equal((await collect(logs.list()))[0]?.forkedAt, 3);
});

test('a forged second entry frames nobody', async () => {
  const log = await makeLog(ann, 3);
  const { logs } = await createTestLogs();
  await logs.importEntries([bundleOf(log)]);
  const report = await logs.importEntries([bundleOf([(log[1] as string).replace('entry 1', 'entry x')])]);
  assert.equal(report.refused[0]?.reason, 'bad signature');
  assert.deepEqual(await logs.forks(), []);
});

test('blocked authors are neither in nor out, and forgotten', async () => {
  const bundle = bundleOf(await makeLog(ann, 3), await makeLog(bob, 3));
  const { logs } = await createTestLogs();
  await logs.importEntries([bundle]);
  await logs.follow(keyOf(ann));
  await logs.block(keyOf(bob));
  const report = await logs.importEntries([bundle]);
  assert.deepEqual([report.known, report.imported, report.refused.map(({ reason }) => reason)], [3, 0, ['blocked']]);
  assert.equal((await collect(logs.list())).length, 1);
  assert.ok(!(await textOf(logs.exportEntries({ authors: [keyOf(bob)] }))).includes('author'));
  await logs.unblock(keyOf(bob));
  assert.equal((await logs.importEntries([bundle])).imported, 3);
});

test('a dry run tells the same and keeps nothing', async () => {
  const log = await makeLog(ann, 700);
  const { logs, ports } = await createTestLogs();
  const dry = await logs.importEntries([bundleOf(log)], { dryRun: true });
  assert.deepEqual([dry.imported, dry.refused], [700, []]);
  assert.deepEqual(await stateOf(ports.store), []);
  assert.deepEqual(await logs.importEntries([bundleOf(log)]), dry);
});

test('bundles come in to the same logs in any order, pieces and repetition', async () => {
  const whole = await Promise.all(signers.map((signer, n) => makeLog(signer, 8 + n)));
  const part = fc.tuple(fc.nat(2), fc.nat(10)).map(([of, length]) => (whole[of] as string[]).slice(0, length));
  const bundle = fc.array(part, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(bundle, { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 900 }),
      async (bundles, draw, piece) => {
        const shuffled = [...bundles, ...bundles].map((logs) => ({ logs, at: draw.next().value as number }));
        shuffled.sort((a, b) => a.at - b.at);
        const one = await createTestLogs();
        const other = await createTestLogs();
        for (const logs of bundles) await one.logs.importEntries([bundleOf(...logs)]);
        for (const { logs } of shuffled) await other.logs.importEntries(pieces(bundleOf(...logs), piece));
        assert.deepEqual(await stateOf(other.ports.store), await stateOf(one.ports.store));
      },
    ),
    { numRuns: 25 },
  );
});

test('what came before the end of a truncated input is kept, and the next import completes it', async () => {
  const bytes = bundleOf(await makeLog(cy, 12), await makeLog(bob, 5));
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length), async (end) => {
      const { logs } = await createTestLogs();
      const cut = await logs.importEntries([bytes.subarray(0, end)]);
      const begun = Buffer.from(bytes.subarray(0, end))
        .toString()
        .split(/^author /m).length;
      assert.ok(cut.imported >= begun - 2 && cut.imported < begun, `${cut.imported} of ${begun - 1}`);
      const rest = await logs.importEntries([bytes]);
      assert.deepEqual([rest.imported, rest.known, rest.refusedCount], [17 - cut.imported, cut.imported, 0]);
    }),
    { numRuns: 30 },
  );
});

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('a trusted head brings its log in at once; entries count once the background check has passed', async () => {
  const log = await makeLog(ann, 1200);
  const { logs, ports } = await createTestLogs();
  const report = await logs.importEntries([bundleOf(log)], { trustHeads: true });
  assert.equal(report.imported, 1200);
  await logs.checked();
  assert.equal((await ports.store.log(keyOf(ann)))?.verifiedThrough, 1199);
  assert.equal((await collect(logs.entries())).length, 1200);
});

test('under a trusted head an unchecked entry is never handed out, and a bad one truncates the log', async () => {
  const log = await makeLog(ann, 6, { badSignatureAt: 3 });
  const { logs, ports } = await createTestLogs();
  const report = await logs.importEntries([bundleOf(log)], { trustHeads: true });
  assert.deepEqual([report.imported, report.refused], [6, []]);
  const handedOut = await collect(logs.entries());
  assert.ok(handedOut.length <= 3 && handedOut.every(({ verified }) => verified));
  await logs.checked();
  assert.equal((await ports.store.log(keyOf(ann)))?.next, 3);
  const unverified = await logs.importEntries([bundleOf(log)]);
  assert.equal(unverified.refused[0]?.reason, 'refused before');
});

test('a bad head takes with it what only it vouched for', async () => {
  const log = await makeLog(ann, 5);
  const { logs, ports } = await createTestLogs();
  await logs.importEntries([bundleOf(log.slice(0, 2))]);
  const bad = (log[4] as string).replace('entry 4', 'entry x');
  const report = await logs.importEntries([bundleOf(log.toSpliced(4, 1, bad))], { trustHeads: true });
  assert.deepEqual([report.imported, report.refused[0]?.reason], [0, 'bad signature']);
  assert.equal((await ports.store.log(keyOf(ann)))?.next, 2);
});
