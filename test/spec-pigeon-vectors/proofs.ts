/** Fork proofs and certificates, and what looks like one. */
import { concat, utf8 } from '../../src/core/bytes.ts';
import { certificateDepths } from '../../src/core/log/certificate.ts';
import type { Dialect } from '../../src/core/log/dialect.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';
import { bundleText, idOf, LogWriter, lineAfter, type PigeonVector } from './writer.ts';

export const proofs = async (): Promise<PigeonVector[]> => [...(await forks()), ...(await certificates())];

type Case = Pick<PigeonVector, 'file' | 'bytes' | 'about'> & { readonly expect: NonNullable<PigeonVector['expect']> };

async function forks(): Promise<PigeonVector[]> {
  const log = await new LogWriter('2020-12').grow(3);
  const ben = await new LogWriter('2020-12', 'ben').grow(3);
  const other = await new LogWriter('2020-12').sign(log.lines(['n:"other"'], 'note', 2));
  const [, second = '', third = ''] = log.texts;
  const { texts, ids } = inOrder([third, other]);
  const june = await new LogWriter('2020-06').grow(3);
  const mixed = inOrder([third, june.texts[2] ?? '']);
  const cases: Case[] = [
    { file: 'fork.pgn', about: 'two entries at depth 2', bytes: utf8(bundleText(texts)), expect: { depth: 2, ids } },
    {
      ...{ file: 'fork-two-dialects.pgn', about: 'two entries at one depth in two dialects' },
      ...{ bytes: utf8(bundleText(mixed.texts)), expect: { depth: 2, ids: mixed.ids } },
    },
    ...[
      { name: 'order', about: 'the greater id first', entries: texts.toReversed(), reason: 'wrong order' },
      { name: 'author', about: 'two authors', entries: [third, ben.texts[2] ?? ''], reason: 'another author' },
      { name: 'depth', about: 'two depths', entries: [second, third], reason: 'another depth' },
      { name: 'same', about: 'one entry twice', entries: [third, third], reason: 'one entry twice' },
      { name: 'one', about: 'one entry', entries: [third], reason: 'not two entries' },
      {
        name: 'signature',
        about: 'the second signature is bad',
        entries: withBadSecond(third, other),
        reason: 'bad signature',
      },
    ].map(({ name, about, entries, reason }) => ({
      ...{ file: `no-fork-${name}.pgn`, about, bytes: utf8(bundleText(entries)), expect: { reason } },
    })),
    {
      ...{ file: 'no-fork-three.pgn', about: 'three entries', bytes: utf8(bundleText([...texts, third])) },
      expect: { reason: 'too many entries', line: lineAfter(texts) },
    },
  ];
  return cases.map((one) => ({
    ...one,
    dialect: '2020-12' as const,
    tries: 'fork' as const,
    requirements: ['PGN-25'],
  }));
}

function inOrder(entries: string[]): { texts: string[]; ids: string[] } {
  const dialectOf = (text: string): Dialect => (/\nlipmaa /.test(text) ? '2020-06' : '2020-12');
  const pairs = entries.map((text) => ({ text, hash: sha256(utf8(text)), dialect: dialectOf(text) }));
  pairs.sort((a, b) => Buffer.compare(a.hash, b.hash));
  return { texts: pairs.map(({ text }) => text), ids: pairs.map(({ text, dialect }) => idOf(dialect, text)) };
}

/** Ordered by the ids of what stands there, so that only the signature is wrong. */
const withBadSecond = (entry: string, other: string): string[] =>
  inOrder([entry, other.replace('n:"other"', 'n:"altered"')]).texts;

async function certificates(): Promise<PigeonVector[]> {
  const log = await new LogWriter('2020-06').grow(45);
  const path = certificateDepths(41, 5);
  const texts = path.map((depth) => log.texts[depth] ?? '');
  const [head = '', ...rest] = texts;
  const december = await new LogWriter('2020-12').grow(3);
  const ben = new LogWriter('2020-06', 'ben');
  const foreign = await ben.sign(ben.lines(undefined, 'note', 5));
  const altered = await log.sign(log.lines(['n:"altered"'], 'note', 5));
  const bytes = utf8(bundleText(texts));
  const made = (
    file: string,
    requirement: string,
    about: string,
    content: Uint8Array,
    expect: Case['expect'],
  ): PigeonVector => ({
    ...{ file, bytes: content, dialect: '2020-06', tries: 'certificate', requirements: [requirement], about, expect },
  });
  const refused = (name: string, requirement: string, about: string, entries: readonly string[], reason: string) =>
    made(`no-certificate-${name}.pgn`, requirement, about, utf8(bundleText(entries)), { reason });
  return [
    made('certificate.pgn', 'PGN-27', 'depth 5 under the head at depth 41', bytes, {
      ...{ head: log.ids[41], target: log.ids[5], depths: path },
    }),
    made('certificate-of-the-head.pgn', 'PGN-27', 'a head proves itself', utf8(bundleText([head])), {
      ...{ head: log.ids[41], target: log.ids[41], depths: [41] },
    }),
    refused(
      'dialect',
      'PGN-26',
      'a dialect whose links hold no ids',
      december.texts.toReversed(),
      'dialect without ids in its links',
    ),
    refused('missing', 'PGN-27', 'an entry of the path is missing', texts.toSpliced(2, 1), 'wrong depth'),
    refused(
      'longer',
      'PGN-27',
      'a way that is not the shortest',
      [13, 12, 8, 4].map((depth) => log.texts[depth] ?? ''),
      'wrong depth',
    ),
    refused(
      'link',
      'PGN-27',
      'another entry than the one that is named',
      [...texts.slice(0, -1), altered],
      'wrong link',
    ),
    refused('author', 'PGN-27', 'an entry of another author', [...texts.slice(0, -1), foreign], 'another author'),
    refused(
      'signature',
      'PGN-28',
      'the head was altered',
      [head.replace('n:"41"', 'n:"14"'), ...rest],
      'bad signature',
    ),
    made('no-certificate-end.pgn', 'PGN-29', 'no line feed at the end', bytes.slice(0, -1), {
      reason: 'syntax',
      line: lineAfter(texts.slice(0, -1)),
    }),
    made('no-certificate-blank.pgn', 'PGN-29', 'a blank line too many', concat(bytes, utf8('\n')), {
      reason: 'syntax',
      line: lineAfter(texts.slice(0, -1)),
    }),
  ];
}
