/** Tables: lipmaa, quoting, where blobs lie, which blobs an entry names. */
import { createHash } from 'node:crypto';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { type Dialect, formatId } from '../../src/core/log/dialect.ts';
import type { PigeonVector } from './writer.ts';

const dialects: Dialect[] = ['2020-04', '2020-06', '2020-12'];

export const rules = (): PigeonVector[] => [lipmaaTable(), quoting(), folders(), blobPlaces(), blobNames()];

const table = (file: string, requirements: string[], about: string, cases: unknown[]): PigeonVector => ({
  ...{ file, dialect: 'all', tries: 'table', requirements, about, bytes: utf8(`${JSON.stringify(cases, null, 1)}\n`) },
});

/** Depths from 1: by the definition in words, group by group, without the code's arithmetic. */
function lipmaaTable(): PigeonVector {
  const links: number[] = [];
  /** A group of a level is three of the level below and one depth more; gives the depth behind it. */
  const group = (start: number, level: number): number => {
    let end = start;
    let first = 0;
    for (let part = 0; level > 1 && part < 3; part++) {
      end = group(end, level - 1);
      if (part === 0) first = end - 1;
    }
    links[end] = start === 1 ? first : start - 1;
    return end + 1;
  };
  group(1, 7);
  const depths = [...Array.from({ length: 45 }, (_, i) => i + 1), 121, 122, 364, 365, 1000, 1093];
  return table(
    'lipmaa.json',
    ['PGN-18'],
    'the depth that an entry links to',
    depths.map((depth) => [depth, links[depth]]),
  );
}

const quoting = (): PigeonVector =>
  table('quoting.json', ['PGN-31'], 'texts as values', [
    ...[
      ['plain', '"plain"'],
      ['say "hi"', '"say \\"hi\\""'],
      ['a\\b', '"a\\\\b"'],
      ['two\nlines\r\ttab', '"two\\nlines\\r\\ttab"'],
      ['\u0007\b\u000b\f\u001b', '"\\a\\b\\v\\f\\e"'],
      ['\u0000\u007f\u0084\u2028', '"\\u0000\\u007F\\u0084\\u2028"'],
      ['\u{10ffff}', '"\\u{10FFFF}"'],
      ['\u0085 é ☕ 🐦 \u200b', '"\u0085 é ☕ 🐦 \u200b"'],
      ['#x #$5 #{x} #@y', '"#x \\#$5 \\#{x} \\#@y"'],
      ['"as it is"', '"as it is"'],
      ['NONE', 'NONE'],
      ['"', '"\\""'],
      ['"so" he said', '"\\"so\\" he said"'],
      ['x'.repeat(128), `"${'x'.repeat(128)}"`],
    ].map(([text, value]) => ({ text, value })),
    ...['', 'x'.repeat(129), '\\'.repeat(65), '\ud800'].map((text) => ({ text, refused: true })),
  ]);

const folders = (): PigeonVector =>
  table('folders.json', ['PGN-32'], "the folder of each dialect's part; own: the writer's dialect", [
    { dialects: ['2020-12'], own: '2020-06', folders: { '2020-12': '' } },
    { dialects: ['2020-04', '2020-06'], own: '2020-06', folders: { '2020-04': '2020-04', '2020-06': '' } },
    { dialects: ['2020-04', '2020-12'], own: '2020-06', folders: { '2020-04': '', '2020-12': '2020-12' } },
    { dialects: ['2020-06'], own: null, folders: { '2020-06': '' } },
  ]);

const hashOf = (text: string): Uint8Array => createHash('sha256').update(text).digest();
const [one, two, three] = [hashOf('one'), hashOf('two'), hashOf('three')] as const;
const hashes = [one, two, three];

const blobPlaces = (): PigeonVector =>
  table(
    'blob-places.json',
    ['PGN-33', 'PGN-34'],
    'where blobs lie in a bundle, from their hash; the further names of 2020-12 where others are taken',
    hashes.flatMap((hash) =>
      dialects.map((dialect) => ({ dialect, sha256: toHex(hash), paths: pathsOf(dialect, hash) })),
    ),
  );

function pathsOf(dialect: Dialect, hash: Uint8Array): string[] {
  const text = formatId('2020-06', 'blob', hash).slice('FILE.'.length);
  if (dialect !== '2020-12') {
    const cut = [0, 7, 14, 21, 28, 35].map((at) => text.slice(at, at + 7));
    return [`${cut.join('/')}/${text.slice(42, 49)}.${text.slice(49)}`];
  }
  const name = text.slice(0, 4) + text.slice(48);
  return [`${name}.blb`, `${name.slice(0, 6)}~1.blb`, `${name.slice(0, 6)}~2.blb`];
}

function blobNames(): PigeonVector {
  const cases = dialects.map((dialect) => {
    const id = (hash: Uint8Array) => formatId(dialect, 'blob', hash);
    const body = [
      ['a', id(one)],
      ['b', `"see ${id(two)} and ${id(one)}"`],
      ...(dialect === '2020-04' ? [] : [[id(three), '"as a key"']]),
      ['c', `"${id(three).toLowerCase()}"`],
    ];
    return {
      dialect,
      kind: 'note',
      body,
      blobs: (dialect === '2020-04' ? [one, two] : [one, two, three]).map((hash) => toHex(hash)),
    };
  });
  return table('blob-names.json', ['PGN-35'], 'which blobs an entry names', cases);
}
