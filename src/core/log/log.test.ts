import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { signerFromSeed } from '../../platform/node/crypto.ts';
import { createVerifier } from '../../platform/node/verifier.ts';
import { fromHex, utf8 } from '../bytes.ts';
import { certificateDepths, certificateProblem } from './certificate.ts';
import { type Head, linkProblem, lipmaaTarget } from './chain.ts';
import { type Dialect, formatId } from './dialect.ts';
import { type Entry, entryId, quoteValue, renderEntry, signedText } from './entry.ts';
import { lipmaa, lipmaaPath } from './lipmaa.ts';
import { createEntryParser, type Parsed, parseEntry } from './parse.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const folder = new URL('../../../test/vectors/pigeon/', import.meta.url);
const dialects: Dialect[] = ['2020-04', '2020-06', '2020-12'];
const bundleOf = (dialect: Dialect) => readFileSync(new URL(`${dialect}/messages.pgn`, folder));
const expectedOf = (dialect: Dialect) => JSON.parse(readFileSync(new URL(`${dialect}/expected.json`, folder), 'utf8'));

function parseAll(bytes: Uint8Array, piece = bytes.length): Parsed[] {
  const parser = createEntryParser();
  const found: Parsed[] = [];
  for (let at = 0; at < bytes.length; at += piece) found.push(...parser.push(bytes.subarray(at, at + piece)));
  return [...found, ...parser.end()];
}

const entriesOf = (parsed: readonly Parsed[]): Entry[] =>
  parsed.map((item) => (item.kind === 'entry' ? item.entry : assert.fail(`${item.reason} in line ${item.line}`)));

for (const dialect of dialects) {
  test(`a published bundle of ${dialect} is read to the published ids and rendered to the same bytes`, () => {
    const bytes = bundleOf(dialect);
    const entries = entriesOf(parseAll(bytes));
    const expected = expectedOf(dialect);
    const own = entries.filter((entry) => formatId(dialect, 'identity', entry.key) === expected.author);
    assert.deepEqual(
      own.map((entry) => entryId(sha256, entry)),
      expected.message_ids,
    );
    assert.equal(`${entries.map(renderEntry).join('\n\n')}\n`, bytes.toString());
  });

  test(`every published signature of ${dialect} verifies, and signing again gives the same`, async () => {
    const verifier = createVerifier();
    const { seed_hex, author } = expectedOf(dialect);
    const signer = signerFromSeed(fromHex(seed_hex, 32) ?? assert.fail('seed'));
    assert.equal(formatId(dialect, 'identity', signer.key), author);
    for (const entry of entriesOf(parseAll(bundleOf(dialect)))) {
      assert.ok(await verifier.verify(entry.key, entry.signature, utf8(signedText(entry))));
      assert.deepEqual(await signer.sign(utf8(signedText(entry))), entry.signature);
    }
    await verifier.close();
  });
}

test('bytes may come in pieces of any size', () => {
  const bytes = bundleOf('2020-06');
  const whole = parseAll(bytes);
  for (const piece of [1, 7, 100, 4096]) assert.deepEqual(parseAll(bytes, piece), whole);
});

test('what is malformed is told with its reason and line, and the next entry is read', () => {
  const text = bundleOf('2020-06').toString();
  const [first = '', second = '', third = ''] = text.split(/\n\n(?=author)/);
  const lineOf = first.split('\n').length + 2;
  const cases: [reason: string, line: number, damaged: string][] = [
    ['unknown dialect', lineOf, second.replace('author USER.', 'author HUMAN.')],
    ['syntax', lineOf + 1, second.replace('depth', 'death')],
    ['syntax', lineOf + 1, second.replace('depth 1', 'depth 01')],
    ['bad id', lineOf, second.replace('USER.R', 'USER.r')],
    ['bad id', lineOf + 4, second.replace(/prev .*/, 'prev TEXT.ABC')],
    ['duplicate key', lineOf + 7, second.replace('text:', 'n:')],
    ['syntax', lineOf + 6, second.replace('n:"alpha-1"', 'n:alpha-1')],
    ['too long', lineOf + 6, second.replace('alpha-1', 'x'.repeat(129))],
    ['too long', lineOf + 6, second.replace('alpha-1', 'x'.repeat(5000))],
    [
      'too many keys',
      lineOf + 6 + 128,
      second.replace('n:"alpha-1"', Array.from({ length: 129 }, (_, i) => `k${i}:"v"`).join('\n')),
    ],
    ['empty body', lineOf + 6, second.replace(/\n\n[\s\S]*?\n\nsig/, '\n\n\nsig')],
    ['CRLF line ends', lineOf, second.replaceAll('\n', '\r\n')],
    ['bad id', lineOf + 10, second.replace(/signature .*/, 'signature ABC')],
  ];
  for (const [reason, line, damaged] of cases) {
    const parsed = parseAll(utf8([first, damaged, third].join('\n\n')));
    const seen = parsed.map((item) => (item.kind === 'entry' ? item.entry.depth : `${item.reason} ${item.line}`));
    assert.deepEqual(seen, [0, `${reason} ${line}`, 2], `${reason}: ${damaged.slice(0, 80)}`);
  }
});

test('an entry cut off at the end is told as truncated', () => {
  const bytes = bundleOf('2020-12');
  const parsed = parseAll(bytes.subarray(0, bytes.length - 120));
  assert.equal(parsed.at(-1)?.kind === 'malformed' && parsed.at(-1)?.kind, 'malformed');
});

test('no damage of a published bundle does worse than being told', () => {
  const bytes = bundleOf('2020-04').subarray(0, 3000);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = value;
      for (const item of parseAll(damaged)) if (item.kind === 'entry') renderEntry(item.entry);
    }),
  );
});

test('every entry that is read renders to the bytes that it was read from', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_.=-]{1,90}$/);
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((value) => !value.includes('\r'));
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(word, text), { minLength: 1, maxLength: 64, selector: ([key]) => key }),
      word,
      (body, kind) => {
        const [sample] = entriesOf(parseAll(bundleOf('2020-06')).slice(0, 1));
        const quoted = body.map(([key, value]) => [key, quoteValue('2020-06', value)] as const);
        const entry = { ...(sample as Entry), kind, body: quoted };
        assert.deepEqual(parseEntry(utf8(renderEntry(entry))), entry);
      },
    ),
  );
});

test('values are quoted as the published Ruby client quotes them', () => {
  const quote = (text: string) => quoteValue('2020-12', text);
  assert.equal(quote('plain'), '"plain"');
  assert.equal(quote('say "hi"'), '"say \\"hi\\""');
  assert.equal(quote('a\\b'), '"a\\\\b"');
  assert.equal(quote('two\nlines'), '"two\\nlines"');
  assert.equal(quote('cost #$5 #{x} # y'), '"cost \\#$5 \\#{x} # y"');
  assert.equal(quote('NONE'), 'NONE');
  assert.throws(() => quote(''), /at least one character/);
  assert.throws(() => quote('x'.repeat(129)), /at most 128 characters/);
});

test('lipmaa links are those of the published 2020-04 bundle', () => {
  for (const entry of entriesOf(parseAll(bundleOf('2020-04'))))
    assert.equal(String(lipmaa(entry.depth) ?? 0), entry.lipmaa);
});

test('any entry of a million is reached from the head over at most sixty entries', () => {
  fc.assert(
    fc.property(fc.nat(999_999), (target) => {
      const path = lipmaaPath(999_999, target);
      assert.ok(path.length <= 60, `${path.length} entries`);
      assert.equal(path.at(-1), target);
      path.slice(1).forEach((depth, i) => {
        const from = path[i] ?? 0;
        assert.ok(depth === from - 1 || depth === lipmaa(from));
      });
    }),
    { numRuns: 1000 },
  );
});

function chainProblems(entries: readonly Entry[]): (string | undefined)[] {
  const ids = new Map<number, string>();
  let head: Head | undefined;
  return entries.map((entry) => {
    const target = lipmaaTarget(entry.dialect, entry.depth);
    const problem = linkProblem(entry, head, target === undefined ? undefined : ids.get(target));
    if (problem === undefined) {
      head = { dialect: entry.dialect, depth: entry.depth, id: entryId(sha256, entry) };
      ids.set(entry.depth, head.id);
    }
    return problem;
  });
}

const ownLog = (dialect: Dialect): Entry[] => {
  const { author } = expectedOf(dialect);
  return entriesOf(parseAll(bundleOf(dialect))).filter(({ key }) => formatId(dialect, 'identity', key) === author);
};

for (const dialect of dialects) {
  test(`the published log of ${dialect} hangs together, and no longer when it is reordered or has a gap`, () => {
    const log = ownLog(dialect);
    assert.ok(chainProblems(log).every((problem) => problem === undefined));
    assert.equal(chainProblems(log.filter(({ depth }) => depth !== 3))[3], 'gap');
    const [first, second, third, ...rest] = log as [Entry, Entry, Entry, ...Entry[]];
    assert.equal(chainProblems([first, third, second, ...rest])[1], 'gap');
    assert.equal(chainProblems([first, { ...second, prev: third.prev }])[1], 'wrong prev');
  });
}

test('a wrong lipmaa is told in the dialects that have one', () => {
  for (const dialect of ['2020-04', '2020-06'] as const) {
    const log = ownLog(dialect);
    const [other] = log;
    const damaged = log.map((entry) => (entry.depth === 4 ? { ...entry, lipmaa: other?.lipmaa } : entry));
    assert.equal(chainProblems(damaged)[4], 'wrong lipmaa');
  }
});

test('a certificate proves one entry by the entries on its lipmaa path alone', () => {
  const log = ownLog('2020-06');
  for (const target of log) {
    const path = certificateDepths(log.length - 1, target.depth).map((depth) => log[depth] as Entry);
    assert.equal(certificateProblem(sha256, path), undefined);
  }
});

test('a certificate with another entry, a missing or an altered one proves nothing', () => {
  const log = ownLog('2020-06');
  const path = certificateDepths(40, 3).map((depth) => log[depth] as Entry);
  const target = path.at(-1) as Entry;
  assert.equal(certificateProblem(sha256, []), 'empty');
  assert.equal(certificateProblem(sha256, path.toSpliced(1, 1)), 'wrong depth');
  assert.equal(certificateProblem(sha256, [...path.slice(0, -1), { ...target, kind: 'forged' }]), 'wrong link');
  assert.equal(
    certificateProblem(sha256, [...path.slice(0, -1), { ...target, key: new Uint8Array(32) }]),
    'another author',
  );
  assert.equal(certificateProblem(sha256, [ownLog('2020-12')[0] as Entry]), 'dialect without ids in its links');
});
