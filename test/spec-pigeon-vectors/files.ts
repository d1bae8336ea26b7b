/** Manifests of large files, written out by hand, not by core/log/manifest.ts; each refused one has one fault. */
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { sha256 } from '../../src/platform/node/crypto.ts';
import type { PigeonVector } from './writer.ts';

const chunks = ['first chunk', 'second'].map((text) => sha256(utf8(text)));
const HEADER = '504601010000';
/** A varint and four bytes: 17 bytes in chunks of 11. */
const SIZES = '110000000b';
const hashes = chunks.map(toHex).join('');

export function fileManifests(): PigeonVector[] {
  return [
    manifest('file', 'two chunks, 11 and 6 bytes', HEADER + SIZES + hashes, 'PGN-44', {
      ...{ size: 17, chunkBytes: 11, chunks: chunks.map(toHex) },
    }),
    refused('version', 'another version', `5046020100${'00'}${SIZES}${hashes}`, 'header'),
    refused('feature', 'a feature that is not known', `504601010001${SIZES}${hashes}`, 'header'),
    refused('chunk-size-0', 'chunks without bytes', `${HEADER}1100000000${hashes}`, 'chunk size'),
    refused(
      'chunk-too-large',
      'chunks of 360,001 bytes',
      `${HEADER}1100057e41${toHex(chunks[0] as Uint8Array)}`,
      'chunk size',
    ),
    refused('chunk-missing', 'one hash for two chunks', HEADER + SIZES + toHex(chunks[0] as Uint8Array), 'chunks'),
    refused(
      'chunk-more',
      'three hashes for two chunks',
      HEADER + SIZES + hashes + toHex(chunks[1] as Uint8Array),
      'chunks',
    ),
    refused('chunk-count', '11,001 chunks of one byte', `${HEADER}f95500000001`, 'chunks'),
    refused('short', 'the end of the header is missing', '504601', 'header'),
  ];
}

const refused = (name: string, about: string, hex: string, field: string): PigeonVector =>
  manifest(`no-file-${name}`, about, hex, 'PGN-45', { field });

function manifest(
  name: string,
  about: string,
  hex: string,
  requirement: string,
  expect: NonNullable<PigeonVector['expect']>,
): PigeonVector {
  const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
  return {
    file: `${name}.manifest`,
    dialect: 'all',
    tries: 'file manifest',
    requirements: [requirement],
    about,
    expect,
    bytes,
  };
}
