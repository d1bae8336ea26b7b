/** Bundles with one fault each: two good entries, then the one that is to be refused for the reason that is told. */
import { concat, utf8 } from '../../src/core/bytes.ts';
import { type Dialect, formatId, formatSignature } from '../../src/core/log/dialect.ts';
import type { Outcome, Refusal } from '../spec-pigeon-reader.ts';
import { bodyLine, type Fault, lineOf, withHeader } from './fault.ts';
import { faults } from './faults.ts';
import { bundleText, LogWriter, lineAfter, type PigeonVector } from './writer.ts';

const dialects: Dialect[] = ['2020-04', '2020-06', '2020-12'];

export async function damagedBundles(): Promise<PigeonVector[]> {
  const made = await Promise.all(
    dialects.map(async (dialect) => [
      ...(await Promise.all(faults(dialect).map((fault) => damaged(dialect, fault)))),
      ...(await whole(dialect)),
    ]),
  );
  return made.flat();
}

async function damaged(dialect: Dialect, fault: Fault): Promise<PigeonVector> {
  const log = await new LogWriter(dialect).grow(2);
  const { depth = 2 } = fault;
  const text = await log.sign(fault.lines?.(log.lines()) ?? log.lines(), fault.before, fault.after);
  const refusal = refused(fault.reason, lineAfter(log.texts) + fault.line, depth);
  return {
    ...{
      file: `${dialect}-${fault.name}.pgn`,
      bytes: utf8(bundleText([...log.texts, text])),
      dialect,
      tries: 'bundle' as const,
    },
    ...{ requirements: [fault.requirement], about: fault.about, expect: { ids: log.ids, refused: [refusal] } },
  };
}

/** JSON has no undefined: a depth that is not told is left out. */
const refused = (reason: string, line: number, depth: number | null): Refusal =>
  (depth === null ? { reason, line } : { reason, line, depth }) as Refusal;

/** Faults that show only beside other entries, or in bytes that are no text. */
async function whole(dialect: Dialect): Promise<PigeonVector[]> {
  const log = await new LogWriter(dialect).grow(5);
  const [a = '', b = '', c = '', d = '', e = ''] = log.texts;
  const ben = await new LogWriter(dialect, 'ben').grow(2);
  const later: Dialect = dialect === '2020-12' ? '2020-06' : '2020-12';
  const elsewhere = await new LogWriter(later).grow(3);
  const branch = new LogWriter(dialect);
  for (const text of [a, b]) branch.texts.push(text);
  branch.ids.push(...log.ids.slice(0, 2));
  const forked = await branch.add(['n:"other"']);
  const damagedC = c.replace('n:"2"', 'n:"3"');
  const at = (...texts: string[]) => lineAfter(texts);
  const vector = (
    name: string,
    requirements: string[],
    about: string,
    texts: string[],
    expect: Outcome,
    given?: unknown,
  ) => ({
    ...{ file: `${dialect}-${name}.pgn`, bytes: utf8(bundleText(texts)), dialect, tries: 'bundle' as const },
    ...{ requirements, about, ...(given === undefined ? {} : { given }), expect },
  });
  const kept = (length: number) => log.ids.slice(0, length);
  const notText = vector(
    'not-utf-8',
    ['PGN-11'],
    'a byte that is no UTF-8 in a string',
    [a, b, c.replace('n:"2"', 'n:"\u007f"')],
    {
      ids: kept(2),
      refused: [refused('not UTF-8', at(a, b) + bodyLine(dialect), 2)],
    },
  );
  return [
    { ...notText, bytes: notText.bytes.map((byte) => (byte === 0x7f ? 0xff : byte)) },
    vector(
      'after-a-refusal',
      ['PGN-21'],
      'a bad signature: what came before is kept, what follows is a gap',
      [a, b, damagedC, d],
      {
        ids: kept(2),
        refused: [refused('bad signature', at(a, b), 2), refused('gap', at(a, b, c), 3)],
      },
    ),
    vector(
      'after-a-malformed-entry',
      ['PGN-15'],
      'a malformed entry does not hinder the next author',
      [a, b.replace('kind', 'king'), ...ben.texts],
      {
        ids: [...kept(1), ...ben.ids],
        refused: [
          refused(
            'syntax',
            at(a) + lineOf(dialect, 'kind'),
            lineOf(dialect, 'kind') > lineOf(dialect, 'depth') ? 1 : null,
          ),
        ],
      },
    ),
    vector('reordered', ['PGN-19'], 'two entries exchanged', [a, c, b], {
      ids: kept(2),
      refused: [refused('gap', at(a), 2)],
    }),
    vector('first-missing', ['PGN-19'], 'a log without its first entry', [b], {
      ids: [],
      refused: [refused('gap', 1, 1)],
    }),
    vector('other-dialect', ['PGN-1'], 'a log that goes on in another dialect', [a, b, elsewhere.texts[2] ?? ''], {
      ids: kept(2),
      refused: [refused('other dialect', at(a, b), 2)],
    }),
    vector('fork', ['PGN-24'], 'another entry at a depth that is held, and one behind it', [a, b, c, forked, d, e], {
      ids: kept(3),
      refused: [
        refused('fork', at(a, b, c), 2),
        refused('fork', at(a, b, c, forked), 3),
        refused('fork', at(a, b, c, forked, d), 4),
      ],
    }),
    vector(
      'no-fork-unsigned',
      ['PGN-24'],
      'another entry at a held depth, its signature bad: no fork, the log goes on',
      [a, b, c, damagedC, d],
      {
        ids: kept(4),
        refused: [refused('bad signature', at(a, b, c), 2)],
      },
    ),
    vector(
      'blocked',
      ['PGN-22'],
      'a blocked author is not taken in, others are',
      [a, ...ben.texts],
      {
        ids: ben.ids,
        refused: [refused('blocked', 1, 0)],
      },
      { blocked: [log.lines().header.author] },
    ),
    await smallOrder(dialect),
  ];
}

/** The neutral point as key, R = B, S = 1: a check without ID-7 takes it for any text. */
async function smallOrder(dialect: Dialect): Promise<PigeonVector> {
  const log = new LogWriter(dialect);
  const neutral = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0));
  const base = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : 0x66));
  const lines = withHeader({ author: formatId(dialect, 'identity', neutral) })(log.lines());
  const text = await log.sign(lines, undefined, (signed) =>
    signed.replace(/signature .*$/, `signature ${formatSignature(dialect, concat(base, neutral))}`),
  );
  return {
    ...{ file: `${dialect}-small-order-key.pgn`, bytes: utf8(bundleText([text])), dialect, tries: 'bundle' },
    ...{ requirements: ['PGN-16'], about: 'a key of small order, whose signature lax checks take' },
    expect: { ids: [], refused: [refused('bad signature', 1, 0)] },
  };
}
