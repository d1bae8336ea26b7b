/** Bundles with one fault each: two good entries, then the one that is to be refused for the reason that is told. */
import { concat, utf8 } from '../../src/core/bytes.ts';
import { type Dialect, formatId, formatSignature, parseSignature } from '../../src/core/log/dialect.ts';
import type { Outcome, Refusal } from '../spec-pigeon-reader.ts';
import { bundleText, type Damage, type Lines, LogWriter, lineAfter, type PigeonVector } from './writer.ts';

const dialects: Dialect[] = ['2020-04', '2020-06', '2020-12'];

interface Fault {
  readonly name: string;
  readonly requirement: string;
  readonly about: string;
  readonly reason: string;
  /** Lines behind the entry's first. */
  readonly line: number;
  /** null: not told. */
  readonly depth?: number | null;
  readonly only?: readonly Dialect[];
  readonly lines?: (lines: Lines) => Lines;
  /** Signed over. */
  readonly before?: Damage;
  /** Behind the signature's back. */
  readonly after?: Damage;
}

const withHeader = (fields: Partial<Lines['header']>) => (lines: Lines) => ({
  ...lines,
  header: { ...lines.header, ...fields },
});
const withBody =
  (...body: string[]) =>
  (lines: Lines) => ({ ...lines, body });
const lineOf = (dialect: Dialect, field: string): number => ORDER[dialect].indexOf(field);
const ORDER: Readonly<Record<Dialect, string[]>> = {
  '2020-04': ['author', 'kind', 'prev', 'depth', 'lipmaa'],
  '2020-06': ['author', 'depth', 'kind', 'lipmaa', 'prev'],
  '2020-12': ['author', 'depth', 'kind', 'prev'],
};

function faults(dialect: Dialect): Fault[] {
  const [prev, depth, kind, lipmaa] = ['prev', 'depth', 'kind', 'lipmaa'].map((name) => lineOf(dialect, name)) as [
    number,
    number,
    number,
    number,
  ];
  const body = ORDER[dialect].length + 1;
  /** What is told of the depth by a fault in line `n` of the header. */
  const known = (n: number) => (n > depth ? 2 : null);
  const old = dialect === '2020-04';
  const wrongId = old ? `%${'A'.repeat(51)}0.sha256` : `TEXT.${'A'.repeat(51)}0`;
  const links = ['2020-04', '2020-06'] as const;
  return [
    {
      name: 'unknown-author',
      requirement: 'PGN-2',
      about: 'an author that no dialect spells so',
      reason: 'unknown dialect',
      line: 0,
      depth: null,
      before: (t) => t.replace(/^author ./, 'author #'),
    },
    {
      name: 'lower-case-author',
      requirement: 'PGN-3',
      about: 'an author in lower case',
      reason: 'bad id',
      line: 0,
      depth: null,
      before: (t) => t.replace(/^author (@|USER\.)(\w{52})/, (_, p, id) => `author ${p}${id.toLowerCase()}`),
    },
    {
      name: 'prev-unused-bits',
      requirement: 'PGN-3',
      about: 'prev with an unused bit set',
      reason: 'bad id',
      line: prev,
      depth: known(prev),
      before: (t) => t.replace(/^prev (.*)[0G](\.sha256)?$/m, 'prev $11$2'),
    },
    {
      name: 'prev-short',
      requirement: 'PGN-3',
      about: 'prev with a character less',
      reason: 'bad id',
      line: prev,
      depth: known(prev),
      before: (t) => t.replace(/^(prev .{20})./m, '$1'),
    },
    {
      name: 'signature-unused-bits',
      requirement: 'PGN-3',
      about: 'a signature with an unused bit set',
      reason: 'bad id',
      line: body + 2,
      after: (t) => t.replace(/[08GR](\.sig\.ed25519)?$/, '1$1'),
    },
    {
      name: 'value-short-id',
      requirement: 'PGN-10',
      about: 'a value like an id with a character less',
      reason: 'syntax',
      line: body,
      lines: withBody(`id:${wrongId.replace('A', '')}`),
    },
    {
      name: 'header-order',
      requirement: 'PGN-4',
      about: 'kind and its neighbour in another order',
      reason: 'syntax',
      line: 1,
      depth: null,
      before: (t) => t.replace(/^(author .*)\n(.*)\n(.*)\n/, '$1\n$3\n$2\n'),
    },
    {
      name: 'header-short',
      requirement: 'PGN-4',
      about: 'the last line of the header is missing',
      reason: 'syntax',
      line: body - 2,
      depth: known(body - 2),
      before: (t) => t.replace(/\n[^\n]*\n\n/, '\n\n'),
    },
    {
      name: 'header-spaces',
      requirement: 'PGN-4',
      about: 'two spaces behind a name',
      reason: 'syntax',
      line: kind,
      depth: known(kind),
      before: (t) => t.replace('kind ', 'kind  '),
    },
    {
      name: 'header-no-space',
      requirement: 'PGN-4',
      about: 'no space behind a name, another character instead',
      reason: 'syntax',
      line: kind,
      depth: known(kind),
      before: (t) => t.replace(/^kind .*$/m, 'kindx'),
    },
    {
      name: 'header-case',
      requirement: 'PGN-4',
      about: 'a name in upper case',
      reason: 'syntax',
      line: kind,
      depth: known(kind),
      before: (t) => t.replace('kind ', 'Kind '),
    },
    {
      name: 'depth-leading-zero',
      requirement: 'PGN-5',
      about: 'a depth with a zero in front',
      reason: 'syntax',
      line: depth,
      depth: null,
      lines: withHeader({ depth: '02' }),
    },
    {
      name: 'depth-negative',
      requirement: 'PGN-5',
      about: 'a depth below zero',
      reason: 'syntax',
      line: depth,
      depth: null,
      lines: withHeader({ depth: '-1' }),
    },
    {
      name: 'depth-16-digits',
      requirement: 'PGN-5',
      about: 'a depth of sixteen digits',
      reason: 'syntax',
      line: depth,
      depth: null,
      lines: withHeader({ depth: '1000000000000000' }),
    },
    {
      name: 'kind-empty',
      requirement: 'PGN-6',
      about: 'no kind',
      reason: 'syntax',
      line: kind,
      depth: known(kind),
      lines: withHeader({ kind: '' }),
    },
    {
      name: 'kind-91',
      requirement: 'PGN-6',
      about: 'a kind of 91 characters',
      reason: 'syntax',
      line: kind,
      depth: known(kind),
      lines: withHeader({ kind: 'k'.repeat(91) }),
    },
    {
      name: 'kind-space',
      requirement: 'PGN-6',
      about: 'a kind with a space',
      reason: 'syntax',
      line: kind,
      depth: known(kind),
      lines: withHeader({ kind: 'two words' }),
    },
    {
      name: 'key-91',
      requirement: 'PGN-6',
      about: 'a key of 91 characters',
      reason: 'syntax',
      line: body,
      lines: withBody(`${'k'.repeat(91)}:"v"`),
    },
    { name: 'key-empty', requirement: 'PGN-6', about: 'no key', reason: 'syntax', line: body, lines: withBody(':"v"') },
    {
      name: 'key-character',
      requirement: 'PGN-6',
      about: 'a key with a character that none may have',
      reason: 'syntax',
      line: body,
      lines: withBody('k/k:"v"'),
    },
    ...(old
      ? []
      : [
          {
            name: 'key-at',
            requirement: 'PGN-6',
            about: 'a key with @, which 2020-04 alone takes',
            reason: 'syntax',
            line: body,
            lines: withBody('@k:"v"'),
          },
        ]),
    {
      name: 'duplicate-key',
      requirement: 'PGN-7',
      about: 'a key twice',
      reason: 'duplicate key',
      line: body + 1,
      lines: withBody('k:"1"', 'k:"2"'),
    },
    {
      name: 'too-many-keys',
      requirement: 'PGN-8',
      about: '129 keys',
      reason: 'too many keys',
      line: body + 128,
      lines: withBody(...Array.from({ length: 129 }, (_, i) => `k${i}:"v"`)),
    },
    {
      name: 'empty-body',
      requirement: 'PGN-9',
      about: 'no key at all',
      reason: 'empty body',
      line: body,
      lines: withBody(),
    },
    {
      name: 'string-129',
      requirement: 'PGN-10',
      about: 'a string of 129 characters',
      reason: 'too long',
      line: body,
      lines: withBody(`k:"${'x'.repeat(129)}"`),
    },
    {
      name: 'string-empty',
      requirement: 'PGN-10',
      about: 'an empty string',
      reason: 'syntax',
      line: body,
      lines: withBody('k:""'),
    },
    {
      name: 'string-open',
      requirement: 'PGN-10',
      about: 'a string without its end',
      reason: 'syntax',
      line: body,
      lines: withBody('k:"abc'),
    },
    {
      name: 'value-bare',
      requirement: 'PGN-10',
      about: 'a value that is no string, no id and not NONE',
      reason: 'syntax',
      line: body,
      lines: withBody('k:abc'),
    },
    {
      name: 'value-space',
      requirement: 'PGN-10',
      about: 'a space behind the colon',
      reason: 'syntax',
      line: body,
      lines: withBody('k: "v"'),
    },
    {
      name: 'carriage-returns',
      requirement: 'PGN-12',
      about: 'lines that end in CR LF',
      reason: 'CRLF line ends',
      line: 0,
      depth: null,
      before: (t) => t.replaceAll('\n', '\r\n'),
    },
    {
      name: 'long-line',
      requirement: 'PGN-13',
      about: 'a line of more than 1,024 bytes',
      reason: 'too long',
      line: body,
      lines: withBody(`k:"${'x'.repeat(5000)}"`),
    },
    {
      name: 'truncated',
      requirement: 'PGN-14',
      about: 'the end in the middle of the body',
      reason: 'truncated',
      line: 0,
      after: (t) => t.slice(0, t.lastIndexOf('\n\n')),
    },
    {
      name: 'signature-missing',
      requirement: 'PGN-14',
      about: 'another line where the signature should stand',
      reason: 'syntax',
      line: body + 2,
      after: (t) => t.replace('signature ', 'sig '),
    },
    {
      name: 'altered',
      requirement: 'PGN-16',
      about: 'a value that was exchanged behind the signature',
      reason: 'bad signature',
      line: 0,
      after: (t) => t.replace('n:"2"', 'n:"3"'),
    },
    {
      name: 'signature-s-too-large',
      requirement: 'PGN-16',
      about: 'a signature whose S has the group order added',
      reason: 'bad signature',
      line: 0,
      after: addOrder,
    },
    {
      name: 'gap',
      requirement: 'PGN-19',
      about: 'depth 3 behind depth 1',
      reason: 'gap',
      line: 0,
      depth: 3,
      lines: withHeader({ depth: '3' }),
    },
    {
      name: 'wrong-prev',
      requirement: 'PGN-20',
      about: 'prev names another entry',
      reason: 'wrong prev',
      line: 0,
      lines: withHeader({ prev: wrongId }),
    },
    {
      name: 'prev-none',
      requirement: 'PGN-20',
      about: 'NONE as prev of a later entry',
      reason: 'wrong prev',
      line: 0,
      lines: withHeader({ prev: 'NONE' }),
    },
    ...links
      .filter((one) => one === dialect)
      .map((one) => ({
        name: 'wrong-lipmaa',
        requirement: 'PGN-18',
        about: 'lipmaa says something else',
        reason: 'wrong lipmaa',
        line: 0,
        lines: withHeader({ lipmaa: one === '2020-04' ? '0' : wrongId }),
      })),
    ...links
      .filter((one) => one === dialect)
      .map(() => ({
        name: 'lipmaa-form',
        requirement: 'PGN-18',
        about: 'lipmaa in the form of another dialect',
        reason: old ? 'syntax' : 'bad id',
        line: lipmaa,
        depth: 2,
        lines: withHeader({ lipmaa: old ? wrongId : '1' }),
      })),
    {
      name: 'order-of-checks',
      requirement: 'PGN-23',
      about: 'prev is wrong and the signature too: the link is told',
      reason: 'wrong prev',
      line: 0,
      lines: withHeader({ prev: wrongId }),
      after: (t) => t.replace('n:"2"', 'n:"3"'),
    },
  ];
}

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

const ORDER_OF_GROUP = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The signature with L added to its S: libraries that do not ask for S < L take it. */
function addOrder(text: string): string {
  const at = text.lastIndexOf(' ') + 1;
  const dialect = text.endsWith('.sig.ed25519') ? '2020-04' : '2020-06';
  const signature = parseSignature(dialect, text.slice(at)) ?? new Uint8Array(64);
  const s = BigInt(`0x${Buffer.from(signature.slice(32)).reverse().toString('hex')}`) + ORDER_OF_GROUP;
  const larger = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
  return text.slice(0, at) + formatSignature(dialect, concat(signature.subarray(0, 32), larger));
}

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
      refused: [refused('not UTF-8', at(a, b) + ORDER[dialect].length + 1, 2)],
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
