/** Reads the public part of an identity out of a cell file: Markdown with a PUBKEYS section. */
import { readFileSync } from 'node:fs';

export interface CellKeys {
  ed25519_pub: string;
  x25519_pub: string | null;
  dot1: string | null;
}

const DOT1 = /\*\*Personal `dot1:`:\*\*\s*(dot1:[0-9a-f]{16})(?![0-9a-f])/;
const ED25519 = /^ed25519_pub:\s*([0-9a-f]{64})\s*$/m;
const X25519 = /^x25519_pub:\s*([0-9a-f]{64})\s*$/m;

/** The keys, or null where the file can't be read or names no signing key. */
export function parseCellFile(path: string): CellKeys | null {
  const text = read(path);
  const signing = text?.match(ED25519)?.[1];
  if (text === undefined || signing === undefined) return null;
  return { ed25519_pub: signing, x25519_pub: text.match(X25519)?.[1] ?? null, dot1: text.match(DOT1)?.[1] ?? null };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
