/**
 * The verification rules of spec/02-pigeon.md, in their order and nothing else: what a reader with an empty store
 * makes of a bundle's entries. Programs verify in batches; their verdicts must be these.
 */
import { type Head, linkProblem, lipmaaTarget } from '../src/core/log/chain.ts';
import { formatId } from '../src/core/log/dialect.ts';
import { type Entry, renderedId, signedText } from '../src/core/log/entry.ts';
import { createEntryParser, type Parsed } from '../src/core/log/parse.ts';
import { sha256 } from '../src/platform/node/crypto.ts';

export interface Refusal {
  readonly reason: string;
  readonly line: number;
  readonly depth: number | undefined;
}

export interface Outcome {
  /** Of the entries that are kept, in the order of the file; one that comes again is not counted again. */
  readonly ids: string[];
  readonly refused: Refusal[];
}

export type Verify = (key: Uint8Array, signature: Uint8Array, message: Uint8Array) => Promise<boolean>;

interface Log {
  head: Head | undefined;
  readonly ids: string[];
  forked: boolean;
}

export function parseWhole(bytes: Uint8Array): Parsed[] {
  const parser = createEntryParser();
  return [...parser.push(bytes), ...parser.end()];
}

export async function readAll(bytes: Uint8Array, verify: Verify, blocked: readonly string[] = []): Promise<Outcome> {
  const outcome: Outcome = { ids: [], refused: [] };
  const logs = new Map<string, Log>();
  for (const item of parseWhole(bytes)) {
    const { line } = item;
    if (item.kind === 'malformed') {
      outcome.refused.push({ reason: item.reason, line, depth: item.depth });
      continue;
    }
    const { entry } = item;
    const author = Buffer.from(entry.key).toString('hex');
    const log = logs.get(author) ?? { head: undefined, ids: [], forked: false };
    logs.set(author, log);
    const id = renderedId(sha256, entry.dialect, item.bytes);
    const isBlocked = blocked.includes(formatId(entry.dialect, 'identity', entry.key));
    const reason = isBlocked ? 'blocked' : await problemOf(entry, id, log, verify);
    if (reason === 'known') continue;
    if (reason !== undefined) outcome.refused.push({ reason, line, depth: entry.depth });
    else {
      log.head = { dialect: entry.dialect, depth: entry.depth, id };
      log.ids.push(id);
      outcome.ids.push(id);
    }
  }
  return outcome;
}

async function problemOf(entry: Entry, id: string, log: Log, verify: Verify): Promise<string | undefined> {
  const signed = () => verify(entry.key, entry.signature, Buffer.from(signedText(entry)));
  const held = log.ids[entry.depth];
  if (held === id) return 'known';
  if (held !== undefined) {
    if (!(await signed())) return 'bad signature';
    log.forked = true;
    return 'fork';
  }
  if (log.forked) return 'fork';
  const target = lipmaaTarget(entry.dialect, entry.depth);
  const problem = linkProblem(entry, log.head, target === undefined ? undefined : log.ids[target]);
  return problem ?? ((await signed()) ? undefined : 'bad signature');
}
