/** Writes entries as text, valid or with one fault that is signed over, so that nothing else is wrong with them. */
import { utf8 } from '../../src/core/bytes.ts';
import { expectedLipmaa, lipmaaTarget } from '../../src/core/log/chain.ts';
import { DIALECTS, type Dialect, formatId, formatSignature, type HeaderField } from '../../src/core/log/dialect.ts';
import { sha256, signerFromSeed } from '../../src/platform/node/crypto.ts';
import type { Outcome } from '../spec-pigeon-reader.ts';

export interface PigeonVector {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly dialect: Dialect | 'all';
  /** What is tried: how the file is to be read. */
  readonly tries: 'bundle' | 'fork' | 'certificate' | 'log certificate' | 'file manifest' | 'sealed files' | 'table';
  readonly requirements: readonly string[];
  readonly about: string;
  readonly given?: unknown;
  readonly expect?:
    | Outcome
    | { readonly reason: string; readonly line?: number }
    | { readonly [name: string]: unknown };
}

export const seedOf = { ann: 0x21, ben: 0x22, device: 0x23 } as const;
export type Person = keyof typeof seedOf;
export const signerOf = (person: Person) => signerFromSeed(new Uint8Array(32).fill(seedOf[person]));

export interface Lines {
  readonly header: Record<HeaderField, string>;
  readonly body: string[];
}

/** The text before it is signed, to be damaged. */
export type Damage = (text: string) => string;

export const idOf = (dialect: Dialect, text: string | Uint8Array): string =>
  formatId(dialect, 'entry', sha256(typeof text === 'string' ? utf8(text) : text));

/** One log, written entry by entry. */
export class LogWriter {
  readonly dialect: Dialect;
  readonly person: Person;
  readonly texts: string[] = [];
  readonly ids: string[] = [];

  constructor(dialect: Dialect, person: Person = 'ann') {
    this.dialect = dialect;
    this.person = person;
  }

  /** The next entry's lines as they should be. */
  lines(body: readonly string[] = [`n:"${this.ids.length}"`], kind = 'note', depth = this.ids.length): Lines {
    const { dialect, ids } = this;
    const target = lipmaaTarget(dialect, depth);
    return {
      header: {
        author: formatId(dialect, 'identity', signerOf(this.person).key),
        depth: String(depth),
        kind,
        prev: ids[depth - 1] ?? 'NONE',
        lipmaa: expectedLipmaa(dialect, depth, target === undefined ? undefined : ids[target]) ?? '',
      },
      body: [...body],
    };
  }

  /** Signs the lines, damaged by `before`; `after` damages what is signed. Not counted as part of the log. */
  async sign({ header, body }: Lines, before: Damage = same, after: Damage = same): Promise<string> {
    const head = DIALECTS[this.dialect].header.map((name) => `${name} ${header[name]}\n`).join('');
    const text = before(`${head}\n${body.map((line) => `${line}\n`).join('')}\n`);
    const signature = await signerOf(this.person).sign(utf8(text));
    return after(`${text}signature ${formatSignature(this.dialect, signature)}`);
  }

  async add(body?: readonly string[], kind?: string): Promise<string> {
    const text = await this.sign(this.lines(body, kind));
    this.texts.push(text);
    this.ids.push(idOf(this.dialect, text));
    return text;
  }

  async grow(length: number): Promise<this> {
    while (this.ids.length < length) await this.add();
    return this;
  }
}

const same: Damage = (text) => text;

export const bundleText = (texts: readonly string[]): string => `${texts.join('\n\n')}\n`;
/** The line, from 1, on which the entry behind these begins. */
export const lineAfter = (texts: readonly string[]): number =>
  texts.reduce((lines, text) => lines + text.split('\n').length + 1, 1);
