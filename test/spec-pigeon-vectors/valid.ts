/** Bundles of which every entry is to be kept. */
import { utf8 } from '../../src/core/bytes.ts';
import type { Dialect } from '../../src/core/log/dialect.ts';
import { bundleText, LogWriter, type PigeonVector } from './writer.ts';

const dialects: Dialect[] = ['2020-04', '2020-06', '2020-12'];

export async function validBundles(): Promise<PigeonVector[]> {
  return (await Promise.all(dialects.map(inDialect))).flat();
}

async function inDialect(dialect: Dialect): Promise<PigeonVector[]> {
  const first = await new LogWriter(dialect).grow(1);
  const long = await new LogWriter(dialect).grow(45);
  const values = new LogWriter(dialect);
  await values.add(valuesOf(dialect), `${'k'.repeat(85)}_-=.9`);
  await values.add(Array.from({ length: 128 }, (_, i) => `k${i}:"v"`));
  await values.add([`${'k'.repeat(90)}:"${'🐦'.repeat(128)}"`]);
  const two = [await new LogWriter(dialect, 'ben').grow(2), await new LogWriter(dialect).grow(2)];
  const twice = await new LogWriter(dialect).grow(3);
  const kept = (name: string, about: string, requirements: readonly string[], logs: readonly LogWriter[]) => ({
    ...{ file: `${dialect}-${name}.pgn`, dialect, tries: 'bundle' as const, requirements, about },
    bytes: utf8(bundleText(logs.flatMap(({ texts }) => texts))),
    expect: { ids: logs.flatMap(({ ids }) => ids), refused: [] },
  });
  const again = kept('again', 'entries that come again are no fault', ['PGN-21'], [twice]);
  return [
    kept('first', 'one entry', ['PGN-17'], [first]),
    kept('log', '45 entries: every kind of lipmaa link up to there', ['PGN-17', 'PGN-18'], [long]),
    kept('values', 'every form of a value, and every limit met', ['PGN-6', 'PGN-8', 'PGN-10'], [values]),
    kept('two-authors', 'two logs, one behind the other', ['PGN-19'], two),
    { ...again, bytes: utf8(bundleText([...twice.texts, ...twice.texts.slice(1)])) },
  ];
}

function valuesOf(dialect: Dialect): string[] {
  const id = `${'0123456789ABCDEFGHJKMNPQRSTVWXYZ'}${'Z'.repeat(19)}G`;
  const ids =
    dialect === '2020-04'
      ? [`@${id}.ed25519`, `%${id}.sha256`, `&${id}.sha256`]
      : ['USER.', 'TEXT.', 'FILE.'].map((p) => p + id);
  return [
    ...ids.map((value, i) => `id${i}:${value}`),
    ...['none:NONE', 'one:"x"', 'inner:"say "hi", \\n stays"', 'colon:"12:30"', 'words:"ünï ☕ 🐦"'],
    `in-string:"see ${ids[2]}"`,
    `quotes:"""`,
    `loose:${dialect === '2020-04' ? `&${id.toLowerCase()}.sha256` : `FILE.${id.toLowerCase()}`}`,
  ];
}
