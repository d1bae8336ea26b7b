/**
 * A streaming reader of entries (spec/02-pigeon.md#grammar): takes bytes in pieces of any size, gives entries and what
 * is malformed, each with its line. Its memory is that of one piece and one entry, whatever the size of the input.
 * After a malformed entry it goes on at the next one.
 */
import { fromUtf8, utf8 } from '../bytes.ts';
import { DIALECTS, type Dialect, type HeaderField, isId, NONE, parseId, parseSignature } from './dialect.ts';
import { BODY_LIMIT_READ, type Entry, isWord, renderEntry, valueProblem } from './entry.ts';
import { createLineReader, type Line } from './lines.ts';

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
  | {
      kind: 'entry';
      entry: Entry;
      /** The rendered entry as it stood there, without a final newline: what its id is the hash of. */
      bytes: Uint8Array;
      line: number;
    }
  | { kind: 'malformed'; reason: Malformation; line: number; author: string | undefined; depth: number | undefined };

export interface EntryParser {
  push(bytes: Uint8Array): Parsed[];
  /** No more bytes come. */
  end(): Parsed[];
}

export function createEntryParser(): EntryParser {
  let found: Parsed[] = [];
  const machine = createMachine((item) => found.push(item));
  const lines = createLineReader(machine.line);
  const taken = () => {
    const items = found;
    found = [];
    return items;
  };
  return {
    push(bytes) {
      lines.push(bytes);
      return taken();
    },
    end() {
      lines.end();
      machine.end();
      return taken();
    },
  };
}

interface Draft {
  readonly line: number;
  /** As they stood there, from the author on. */
  readonly lines: string[];
  readonly fields: Partial<Record<HeaderField, string>>;
  fieldCount: number;
  dialect: Dialect | undefined;
  readonly body: [string, string][];
  readonly keys: Set<string>;
}

type Expect = 'header' | 'body' | 'signature' | 'gap' | 'skip';

function createMachine(give: (item: Parsed) => void) {
  let draft = newDraft(1);
  let expect: Expect = 'header';
  let blank = true;
  const keyOf = createKeyMemory();

  const fail = (reason: Malformation, line: number): void => {
    expect = 'skip';
    const { author, depth: text } = draft.fields;
    const depth = text !== undefined && isDepth(text) ? Number(text) : undefined;
    give({ kind: 'malformed', reason, line, author, depth });
  };
  const step: Readonly<Record<Expect, (text: string, line: number) => void>> = {
    header(text, line) {
      if (draft.fieldCount === 0) {
        if (text === '') return;
        draft = newDraft(line);
      }
      draft.lines.push(text);
      const result = readHeaderLine(draft, text);
      if (result === 'complete') expect = 'body';
      else if (result !== undefined) fail(result, line);
    },
    body(text, line) {
      draft.lines.push(text);
      if (text !== '') {
        const problem = readBodyLine(draft, text);
        if (problem !== undefined) fail(problem, line);
      } else if (draft.body.length === 0) fail('empty body', line);
      else expect = 'signature';
    },
    signature(text, line) {
      if (!text.startsWith('signature ')) return fail('syntax', line);
      draft.lines.push(text);
      const entry = entryOf(draft, text.slice('signature '.length), keyOf);
      if (entry === undefined) return fail('bad id', line);
      give({ kind: 'entry', entry, bytes: utf8(draft.lines.join('\n')), line: draft.line });
      draft = newDraft(line);
      expect = 'gap';
    },
    gap(text, line) {
      if (text !== '') fail('syntax', line);
      else expect = 'header';
    },
    skip() {},
  };

  return {
    line({ number, text, problem }: Line): void {
      const afterBlank = blank;
      blank = text === '' || text === '\r';
      if (expect === 'skip' && afterBlank && text?.startsWith('author ')) {
        draft = newDraft(number);
        expect = 'header';
      }
      if (expect === 'skip') return;
      if (text === undefined) fail(problem ?? 'syntax', number);
      else if (text.endsWith('\r')) fail('CRLF line ends', number);
      else step[expect](text, number);
    },
    end(): void {
      const open = expect === 'body' || expect === 'signature' || (expect === 'header' && draft.fieldCount > 0);
      if (open) fail('truncated', draft.line);
    },
  };
}

const newDraft = (line: number): Draft => ({
  ...{ line, lines: [], fields: {}, fieldCount: 0, dialect: undefined, body: [], keys: new Set() },
});

type KeyOf = (dialect: Dialect, author: string) => Uint8Array | undefined;

/** Entries come grouped by author: the last one's key is remembered. */
function createKeyMemory(): KeyOf {
  let last = '';
  let key: Uint8Array | undefined;
  return (dialect, author) => {
    if (author !== last) key = parseId(dialect, 'identity', author);
    last = author;
    return key;
  };
}

/** Undefined: goes on. The dialect shows in the author's spelling and, for USER., in the fourth line. */
function readHeaderLine(draft: Draft, text: string): Malformation | 'complete' | undefined {
  const at = draft.fieldCount;
  if (text === '') return headerEnd(draft);
  const space = text.indexOf(' ');
  if (space < 0) return 'syntax';
  const name = text.slice(0, space) as HeaderField;
  const value = text.slice(space + 1);
  if (at === 0) draft.dialect = value.startsWith('@') ? '2020-04' : value.startsWith('USER.') ? '2020-06' : undefined;
  if (at === 0 && name === 'author' && draft.dialect === undefined) return 'unknown dialect';
  if (at === 3 && draft.dialect === '2020-06' && name === 'prev') draft.dialect = '2020-12';
  if (draft.dialect === undefined || DIALECTS[draft.dialect].header[at] !== name) return 'syntax';
  draft.fields[name] = value;
  draft.fieldCount++;
  return headerProblem(draft.dialect, name, value);
}

const headerEnd = (draft: Draft): Malformation | 'complete' =>
  draft.dialect !== undefined && DIALECTS[draft.dialect].header.length === draft.fieldCount ? 'complete' : 'syntax';

function headerProblem(dialect: Dialect, name: HeaderField, value: string): Malformation | undefined {
  const isEntryOrNone = () => (value === NONE || isId(dialect, 'entry', value) ? undefined : 'bad id');
  switch (name) {
    case 'author':
      return isId(dialect, 'identity', value) ? undefined : 'bad id';
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

/** At most DEPTH_LIMIT. */
const isDepth = (text: string): boolean => /^(0|[1-9]\d{0,14})$/.test(text);

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

function entryOf(draft: Draft, signatureText: string, keyOf: KeyOf): Entry | undefined {
  const dialect = draft.dialect as Dialect;
  const { author, depth, kind, prev, lipmaa } = draft.fields as Record<HeaderField, string>;
  const signature = parseSignature(dialect, signatureText);
  const key = keyOf(dialect, author);
  if (signature === undefined || key === undefined) return undefined;
  return { dialect, key, depth: Number(depth), kind, prev, lipmaa, body: draft.body, signature };
}

/** Exactly one entry, as renderEntry gives it; undefined for anything else. */
export function parseEntry(bytes: Uint8Array): Entry | undefined {
  const parser = createEntryParser();
  const [first, ...more] = [...parser.push(bytes), ...parser.end()];
  if (first?.kind !== 'entry' || more.length > 0) return undefined;
  return renderEntry(first.entry) === fromUtf8(bytes)?.replace(/\n$/, '') ? first.entry : undefined;
}
