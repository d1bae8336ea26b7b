import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { signerFromSeed } from '../../platform/node/crypto.ts';
import { concat, utf8 } from '../bytes.ts';
import { certificateDepths, decodeCertificate, encodeCertificate } from './certificate.ts';
import { type Head, lipmaaTarget } from './chain.ts';
import type { Dialect } from './dialect.ts';
import { appendToDraft, entryOfDraft, newDraft, publishedLimits, renderDraft } from './draft.ts';
import { type Entry, entryId, signedText } from './entry.ts';
import { decodeFork, encodeFork, forkOf, forkProblem } from './fork.ts';
import { readFragment, renderFragment } from './fragment.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const signer = signerFromSeed(new Uint8Array(32).fill(1));

async function logOf(dialect: Dialect, length: number, kind = 'note'): Promise<Entry[]> {
  const ids: string[] = [];
  const log: Entry[] = [];
  for (let depth = 0; depth < length; depth++) {
    const head: Head | undefined = depth === 0 ? undefined : { dialect, depth: depth - 1, id: ids[depth - 1] ?? '' };
    const target = lipmaaTarget(dialect, depth);
    const draft = appendToDraft(newDraft(dialect, kind), 'n', String(depth));
    const unsigned = entryOfDraft(draft, signer.key, head, target === undefined ? undefined : ids[target]);
    const entry = { ...unsigned, signature: await signer.sign(utf8(signedText(unsigned))) };
    ids.push(entryId(sha256, entry));
    log.push(entry);
  }
  return log;
}

const log = await logOf('2020-06', 50);
const other = await logOf('2020-06', 50, 'other');
const at = (entries: readonly Entry[], depth: number): Entry => entries[depth] ?? assert.fail(`depth ${depth}`);
const pathTo = (head: number, target: number) => certificateDepths(head, target).map((depth) => at(log, depth));

test('a certificate travels as a text and is read back as the same entries', () => {
  fc.assert(
    fc.property(fc.nat(49), fc.nat(49), (a, b) => {
      const entries = pathTo(Math.max(a, b), Math.min(a, b));
      const decoded = decodeCertificate(sha256, encodeCertificate(entries));
      assert.ok(decoded.kind === 'certificate');
      assert.deepEqual(decoded.entries, entries);
      assert.deepEqual([decoded.head.depth, decoded.target.depth], [Math.max(a, b), Math.min(a, b)]);
    }),
  );
});

test('no altered byte of a certificate leaves it one of the same head', () => {
  const bytes = encodeCertificate(pathTo(40, 3));
  const headEnd = bytes.indexOf(10, Buffer.from(bytes).indexOf('signature '));
  fc.assert(
    fc.property(fc.integer({ min: headEnd, max: bytes.length - 1 }), fc.nat(7), (place, bit) => {
      const damaged = Uint8Array.from(bytes, (byte, i) => (i === place ? byte ^ (1 << bit) : byte));
      assert.notEqual(decodeCertificate(sha256, damaged).kind, 'certificate');
    }),
  );
});

test('a certificate has one form: no blank line more, no end less, nothing behind it', () => {
  const bytes = encodeCertificate(pathTo(40, 3));
  for (const damaged of [bytes.subarray(0, -1), concat(bytes, utf8('\n')), concat(utf8('\n'), bytes), utf8('')]) {
    assert.equal(decodeCertificate(sha256, damaged).kind, 'refused');
  }
  assert.deepEqual(readFragment(bytes, 2), { kind: 'refused', reason: 'too many entries', line: 21 });
});

test('a certificate from head to an entry that another log holds is none', () => {
  const entries = [...pathTo(40, 3).slice(0, -1), at(other, 3)];
  assert.deepEqual(decodeCertificate(sha256, encodeCertificate(entries)), {
    ...{ kind: 'no certificate', reason: 'wrong link' },
  });
});

test('two entries at one depth are a proof, the same from either side, and it travels', () => {
  const [a, b] = [at(log, 7), at(other, 7)];
  const proof = forkOf(sha256, a, b) ?? assert.fail('a fork');
  assert.deepEqual(forkOf(sha256, b, a), proof);
  assert.deepEqual(decodeFork(sha256, encodeFork(proof)), { kind: 'fork', proof });
  assert.deepEqual(decodeFork(sha256, renderFragment(proof.toReversed())), { kind: 'no fork', reason: 'wrong order' });
});

test('what proves no fork says why', () => {
  const a = at(log, 7);
  assert.equal(forkProblem(sha256, a, a), 'one entry twice');
  assert.equal(forkProblem(sha256, a, at(log, 8)), 'another depth');
  assert.equal(forkProblem(sha256, a, { ...at(other, 7), key: new Uint8Array(32) }), 'another author');
  assert.deepEqual(decodeFork(sha256, renderFragment([a])), { kind: 'no fork', reason: 'not two entries' });
  assert.equal(decodeFork(sha256, renderFragment([a, a, a])).kind, 'refused');
});

test('a draft is shown as the published clients show it', () => {
  const shown = (dialect: Dialect) => renderDraft(appendToDraft(newDraft(dialect, 'test'), 'a', 'b c'));
  assert.equal(shown('2020-12'), 'author DRAFT\ndepth DRAFT\nkind test\nprev DRAFT\n\na:"b c"\n\n');
  assert.equal(shown('2020-06'), 'author DRAFT\ndepth DRAFT\nkind test\nlipmaa DRAFT\nprev DRAFT\n\na:"b c"\n\n');
  assert.equal(shown('2020-04'), 'author DRAFT\nkind test\nprev DRAFT\ndepth DRAFT\nlipmaa DRAFT\n\na:"b c"\n\n');
  assert.equal(renderDraft(newDraft('2020-12', 'test')), 'author DRAFT\ndepth DRAFT\nkind test\nprev DRAFT\n\n\n');
});

test('the same key again overwrites in its place; one key too many, none and a bad word are refused', () => {
  let draft = newDraft('2020-12', 'test');
  for (const [key, text] of ['a1', 'b2', 'a3']) draft = appendToDraft(draft, key as string, text as string);
  assert.deepEqual(draft.body, [
    ['a', '"3"'],
    ['b', '"2"'],
  ]);
  for (let i = 2; i < 64; i++) draft = appendToDraft(draft, `k${i}`, 'v');
  assert.throws(() => appendToDraft(draft, 'one-more', 'v'), /at most 64 keys/);
  assert.equal(appendToDraft(draft, 'a', 'v').body.length, 64);
  assert.throws(() => newDraft('2020-12', 'two words'), /Cannot write kind/);
  assert.throws(() => appendToDraft(draft, 'ke:y', 'v'), /Cannot write key/);
  assert.throws(() => entryOfDraft(newDraft('2020-12', 'test'), signer.key, undefined, undefined), /got none/);
});

test('what published clients cannot read is known before it is signed', () => {
  const entry = at(log, 3);
  assert.deepEqual(publishedLimits(entry), []);
  assert.deepEqual(publishedLimits({ depth: 10_000_000, body: [['a', '"12:30"']] }), [
    'colon in a string',
    'depth of more than 7 digits',
  ]);
});
