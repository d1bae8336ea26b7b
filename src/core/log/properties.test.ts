/** What must hold for every log, whatever happens to its bytes or its order. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { signerFromSeed } from '../../platform/node/crypto.ts';
import { createVerifier } from '../../platform/node/verifier.ts';
import { fromUtf8, utf8 } from '../bytes.ts';
import { type Head, linkProblem, lipmaaTarget } from './chain.ts';
import type { Dialect } from './dialect.ts';
import { appendToDraft, type Draft, entryOfDraft, newDraft } from './draft.ts';
import { type Entry, entryId, renderEntry, signedText } from './entry.ts';
import { createEntryParser, type Parsed } from './parse.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const signer = signerFromSeed(new Uint8Array(32).fill(1));
const verifier = createVerifier();
after(() => verifier.close());
const dialects = ['2020-04', '2020-06', '2020-12'] as const;

const drafts = (dialect: Dialect): fc.Arbitrary<Draft> =>
  fc
    .tuple(
      fc.stringMatching(/^[A-Za-z0-9_.=-]{1,20}$/),
      fc.array(
        fc.tuple(
          fc.stringMatching(/^[A-Za-z0-9_.=-]{1,20}$/),
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
        ),
        { minLength: 1, maxLength: 5 },
      ),
    )
    .map(([kind, pairs]) => pairs.reduce((draft, pair) => appendToDraft(draft, ...pair), newDraft(dialect, kind)));

async function logOf(content: readonly Draft[]): Promise<Entry[]> {
  const log: Entry[] = [];
  const ids: string[] = [];
  for (const draft of content) {
    const depth = log.length;
    const target = lipmaaTarget(draft.dialect, depth);
    const head = depth === 0 ? undefined : { dialect: draft.dialect, depth: depth - 1, id: ids[depth - 1] ?? '' };
    const unsigned = entryOfDraft(draft, signer.key, head, target === undefined ? undefined : ids[target]);
    const entry = { ...unsigned, signature: await signer.sign(utf8(signedText(unsigned))) };
    log.push(entry);
    ids.push(entryId(sha256, entry));
  }
  return log;
}

const parse = (bytes: Uint8Array, piece = bytes.length): Parsed[] => {
  const parser = createEntryParser();
  const found: Parsed[] = [];
  for (let at = 0; at < bytes.length; at += piece) found.push(...parser.push(bytes.subarray(at, at + piece)));
  return [...found, ...parser.end()];
};

/** How many entries a reader keeps: links and signatures checked. */
async function kept(entries: readonly Entry[]): Promise<number> {
  const ids: string[] = [];
  let head: Head | undefined;
  for (const entry of entries) {
    const target = lipmaaTarget(entry.dialect, entry.depth);
    if (linkProblem(entry, head, target === undefined ? undefined : ids[target]) !== undefined) continue;
    if (!(await verifier.verify(entry.key, entry.signature, utf8(signedText(entry))))) continue;
    head = { dialect: entry.dialect, depth: entry.depth, id: entryId(sha256, entry) };
    ids.push(head.id);
  }
  return ids.length;
}

for (const dialect of dialects) {
  const log = fc.array(drafts(dialect), { minLength: 2, maxLength: 15 });

  test(`${dialect}: what is written is read, in pieces of any size, with the bytes of each entry`, async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.integer({ min: 1, max: 3000 }), async (content, piece) => {
        const entries = await logOf(content);
        const parsed = parse(utf8(`${entries.map(renderEntry).join('\n\n')}\n`), piece);
        assert.equal(parsed.length, entries.length);
        for (const [i, item] of parsed.entries()) {
          assert.ok(item.kind === 'entry');
          assert.deepEqual(item.entry, entries[i]);
          assert.equal(fromUtf8(item.bytes), renderEntry(item.entry));
        }
        assert.equal(await kept(entries), entries.length);
      }),
      { numRuns: 30 },
    );
  });

  test(`${dialect}: any other order and any gap is refused from there on`, async () => {
    await fc.assert(
      fc.asyncProperty(log, fc.nat(), fc.nat(), async (content, a, b) => {
        const entries = await logOf(content);
        const [i, j] = [a % entries.length, b % entries.length];
        assert.equal(await kept(entries.toSpliced(i, 1)), i);
        if (i === j) return;
        const swapped = entries.with(i, entries[j] as Entry).with(j, entries[i] as Entry);
        const first = Math.min(i, j);
        assert.equal(await kept(swapped.slice(0, Math.max(i, j))), first);
      }),
      { numRuns: 30 },
    );
  });

  test(`${dialect}: no entry survives a flipped bit`, async () => {
    const [first, entry] = (await logOf([
      appendToDraft(newDraft(dialect, 'first'), 'n', '1'),
      appendToDraft(appendToDraft(newDraft(dialect, 'note'), 'text', 'some words'), 'n', '2'),
    ])) as [Entry, Entry];
    const bytes = utf8(renderEntry(entry));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const read = parse(flipped).flatMap((item) => (item.kind === 'entry' ? [item.entry] : []));
      assert.equal(await kept([first, ...read]), 1, `bit ${bit & 7} of byte ${bit >> 3}`);
    }
  });
}

test('a million lines that never end, or are no entries, are not held', () => {
  const parser = createEntryParser();
  const told: Parsed[] = [];
  const piece = new Uint8Array(65_536).fill(0x61);
  for (let i = 0; i < 1000; i++) told.push(...parser.push(piece));
  told.push(...parser.push(utf8('\n\nauthor x\n')), ...parser.end());
  assert.deepEqual(
    told.map((item) => (item.kind === 'malformed' ? [item.reason, item.line] : [])),
    [
      ['too long', 1],
      ['unknown dialect', 3],
    ],
  );
});
