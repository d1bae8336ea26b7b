/** Entries that name pieces of sealed blobs; written out by hand, not by core/log/sealed-blobs.ts. */
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { type Dialect, formatId } from '../../src/core/log/dialect.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';
import { bundleText, LogWriter, type PigeonVector } from './writer.ts';

const dialect: Dialect = '2020-06';
const hash = (text: string): string => toHex(sha256(utf8(text)));
const id = (text: string): string => formatId(dialect, 'blob', sha256(utf8(text)));
const [first, second, large] = ['first piece', 'second piece', 'first piecesecond piece'];

export async function sealedFiles(): Promise<PigeonVector[]> {
  const whole = [`${hash(large)}-0:${id(first)}`, `${hash(large)}-1:${id(second)}`];
  const small = `${hash('small')}-0:${id('small')}`;
  const known = [
    { hash: hash(large), pieces: [hash(first), hash(second)] },
    { hash: hash('small'), pieces: [hash('small')] },
  ];
  const only = known.slice(1);
  const seven = Array.from({ length: 7 }, (_, i) => `${hash(large)}-${i}:${id(first)}`);
  return [
    await entry('sealed-files', 'two sealed blobs, one of them in two pieces', [...whole, small], known),
    await entry('sealed-files-order', 'pieces in another order', [whole[1] ?? '', small, whole[0] ?? ''], known),
    await entry('no-sealed-files-gap', 'no first piece', [whole[1] ?? '', small], only),
    await entry('no-sealed-files-many', 'seven pieces', [...seven, small], only),
    await entry('no-sealed-files-upper', 'a hash in upper case', [(whole[0] ?? '').toUpperCase(), small], only),
    await entry('no-sealed-files-text', 'a string in place of a file', [`${hash(large)}-0:"none"`, small], only),
    await entry('no-sealed-files-bare', 'no place', [`${hash(large)}:${id(first)}`, small], only),
  ];
}

async function entry(name: string, about: string, body: string[], blobs: unknown): Promise<PigeonVector> {
  const log = new LogWriter(dialect, 'ann');
  return {
    ...{ file: `${name}.pgn`, dialect, tries: 'sealed files', requirements: ['PGN-47'], about, expect: { blobs } },
    bytes: utf8(bundleText([await log.sign(log.lines(body, 'pipes.sealed'))])),
  };
}
