/**
 * A streaming reader of entries (spec/02-pigeon.md#grammar): takes bytes in pieces of any size, gives entries and what
 * is malformed, each with its line. Its memory is that of one entry, whatever the size of the input. After a malformed
 * entry it goes on at the next one.
 */
import { concat, fromUtf8 } from '../bytes.ts';
import { DIALECTS, type Dialect, type HeaderField, NONE, parseId, parseSignature } from './dialect.ts';
import { BODY_LIMIT_READ, DEPTH_LIMIT, type Entry, isWord, renderEntry, valueProblem } from './entry.ts';

export type Malformation =
  | 'syntax'
  | 'unknown dialect'
  | 'not UTF-8'
  | 'CRLF line ends'
  | 'duplicate key'
  | 'too many keys'
  | 'empty body'
  | 'too long'
  | 'bad id'
  | 'truncated';

export type Parsed =
  | { kind: 'entry'; entry: Entry; line: number }
  | { kind: 'malformed'; reason: Malformation; line: number; author: string | undefined; depth: number | undefined };

export interface EntryParser {
  push(bytes: Uint8Array): Parsed[];
  /** No more bytes come. */
  end(): Parsed[];
}

/** The longest line that an entry can have: a key, a colon and a string of four-byte characters, with room. */
const LINE_BYTES = 1024;
const LF = 10;

export function createEntryParser(): EntryParser {
  const lines = createLines();
  const machine = createMachine();
  const take = (line: Line) => machine.line(line);
  return {
    push: (bytes) => lines.push(bytes).flatMap(take),
    end: () => [...lines.end().flatMap(take), ...machine.end()],
  };
}

interface Line {
  readonly number: number;
  /** Undefined for one that is too long or not UTF-8. */
  readonly text: string | undefined;
  readonly problem?: 'too long' | 'not UTF-8';
}

function createLines() {
  let held: Uint8Array = new Uint8Array();
  let overlong = false;
  let number = 0;
  const finish = (bytes: Uint8Array): Line => {
    const whole = concat(held, bytes);
    held = new Uint8Array();
    number++;
    const tooLong = overlong || whole.length > LINE_BYTES;
    overlong = false;
    if (tooLong) return { number, text: undefined, problem: 'too long' };
    const text = fromUtf8(whole);
    return text === undefined ? { number, text, problem: 'not UTF-8' } : { number, text };
  };
  const hold = (bytes: Uint8Array) => {
    overlong ||= held.length + bytes.length > LINE_BYTES;
    held = overlong ? new Uint8Array() : concat(held, bytes);
  };
  return {
    push(bytes: Uint8Array): Line[] {
      const found: Line[] = [];
      let start = 0;
      for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, start)) {
        found.push(finish(bytes.subarray(start, at)));
        start = at + 1;
      }
      hold(bytes.subarray(start));
      return found;
    },
    end: (): Line[] => (held.length > 0 || overlong ? [finish(new Uint8Array())] : []),
  };
}

interface Draft {
  readonly line: number;
  readonly fields: Map<HeaderField, string>;
  dialect: Dialect | undefined;
  readonly body: [string, string][];
  readonly keys: Set<string>;
}

type Expect = 'header' | 'body' | 'signature' | 'gap' | 'skip';

function createMachine() {
  let draft = newDraft(1);
  let expect: Expect = 'header';
  let blank = true;

  const fail = (reason: Malformation, line: number): Parsed[] => {
    expect = 'skip';
    const depth = Number(draft.fields.get('depth') ?? Number.NaN);
    const author = draft.fields.get('author');
    return [{ kind: 'malformed', reason, line, author, depth: Number.isSafeInteger(depth) ? depth : undefined }];
  };
  const step: Readonly<Record<Expect, (text: string, line: number) => Parsed[]>> = {
    header(text, line) {
      if (draft.fields.size === 0) {
        if (text === '') return [];
        draft = newDraft(line);
      }
      const result = readHeaderLine(draft, text);
      if (result === 'complete') expect = 'body';
      else if (result !== undefined) return fail(result, line);
      return [];
    },
    body(text, line) {
      if (text !== '') {
        const problem = readBodyLine(draft, text);
        return problem === undefined ? [] : fail(problem, line);
      }
      if (draft.body.length === 0) return fail('empty body', line);
      expect = 'signature';
      return [];
    },
    signature(text, line) {
      if (!text.startsWith('signature ')) return fail('syntax', line);
      const entry = entryOf(draft, text.slice('signature '.length));
      if (entry === undefined) return fail('bad id', line);
      const found: Parsed = { kind: 'entry', entry, line: draft.line };
      draft = newDraft(line);
      expect = 'gap';
      return [found];
    },
    gap(text, line) {
      if (text !== '') return fail('syntax', line);
      expect = 'header';
      return [];
    },
    skip: () => [],
  };

  return {
    line({ number, text, problem }: Line): Parsed[] {
      const afterBlank = blank;
      blank = text === '' || text === '\r';
      if (expect === 'skip' && afterBlank && text?.startsWith('author ')) {
        draft = newDraft(number);
        expect = 'header';
      }
      if (expect === 'skip') return [];
      if (text === undefined) return fail(problem ?? 'syntax', number);
      return text.endsWith('\r') ? fail('CRLF line ends', number) : step[expect](text, number);
    },
    end(): Parsed[] {
      const open = expect === 'body' || expect === 'signature' || (expect === 'header' && draft.fields.size > 0);
      return open ? fail('truncated', draft.line) : [];
    },
  };
}

const newDraft = (line: number): Draft => ({ line, fields: new Map(), dialect: undefined, body: [], keys: new Set() });

/** Undefined: goes on. The dialect shows in the author's spelling and, for USER., in the fourth line. */
function readHeaderLine(draft: Draft, text: string): Malformation | 'complete' | undefined {
  const at = draft.fields.size;
  if (text === '') return headerEnd(draft);
  const space = text.indexOf(' ');
  const name = text.slice(0, space) as HeaderField;
  const value = text.slice(space + 1);
  if (at === 0) draft.dialect = value.startsWith('@') ? '2020-04' : value.startsWith('USER.') ? '2020-06' : undefined;
  if (at === 0 && name === 'author' && draft.dialect === undefined) return 'unknown dialect';
  if (at === 3 && draft.dialect === '2020-06' && name === 'prev') draft.dialect = '2020-12';
  if (draft.dialect === undefined || DIALECTS[draft.dialect].header[at] !== name) return 'syntax';
  draft.fields.set(name, value);
  return headerProblem(draft.dialect, name, value);
}

const headerEnd = (draft: Draft): Malformation | 'complete' =>
  draft.dialect !== undefined && DIALECTS[draft.dialect].header.length === draft.fields.size ? 'complete' : 'syntax';

function headerProblem(dialect: Dialect, name: HeaderField, value: string): Malformation | undefined {
  const isEntryOrNone = () => (value === NONE || parseId(dialect, 'entry', value) ? undefined : 'bad id');
  switch (name) {
    case 'author':
      return parseId(dialect, 'identity', value) ? undefined : 'bad id';
    case 'depth':
      return isDepth(value) ? undefined : 'syntax';
    case 'kind':
      return isWord(dialect, value) ? undefined : 'syntax';
    case 'prev':
      return isEntryOrNone();
    case 'lipmaa':
      return dialect === '2020-04' ? (isDepth(value) ? undefined : 'syntax') : isEntryOrNone();
  }
}

const isDepth = (text: string): boolean => /^(0|[1-9]\d{0,15})$/.test(text) && Number(text) <= DEPTH_LIMIT;

function readBodyLine(draft: Draft, text: string): Malformation | undefined {
  const dialect = draft.dialect as Dialect;
  const colon = text.indexOf(':');
  const key = text.slice(0, colon);
  const value = text.slice(colon + 1);
  if (colon < 1 || !isWord(dialect, key)) return 'syntax';
  if (draft.keys.has(key)) return 'duplicate key';
  if (draft.body.length === BODY_LIMIT_READ) return 'too many keys';
  const problem = valueProblem(dialect, value);
  if (problem !== undefined) return problem === 'too long' ? 'too long' : 'syntax';
  draft.keys.add(key);
  draft.body.push([key, value]);
  return undefined;
}

function entryOf(draft: Draft, signatureText: string): Entry | undefined {
  const dialect = draft.dialect as Dialect;
  const field = (name: HeaderField) => draft.fields.get(name) as string;
  const signature = parseSignature(dialect, signatureText);
  const key = parseId(dialect, 'identity', field('author'));
  if (signature === undefined || key === undefined) return undefined;
  const lipmaa = draft.fields.get('lipmaa');
  return {
    ...{ dialect, key, depth: Number(field('depth')), kind: field('kind'), prev: field('prev'), lipmaa },
    ...{ body: draft.body, signature },
  };
}

/** Exactly one entry, as renderEntry gives it; undefined for anything else. */
export function parseEntry(bytes: Uint8Array): Entry | undefined {
  const parser = createEntryParser();
  const [first, ...more] = [...parser.push(bytes), ...parser.end()];
  if (first?.kind !== 'entry' || more.length > 0) return undefined;
  return renderEntry(first.entry) === fromUtf8(bytes)?.replace(/\n$/, '') ? first.entry : undefined;
}
