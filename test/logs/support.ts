/** Logs to test with: made quickly by core code, and imported by a peer over any store. */
import { utf8 } from '../../src/core/bytes.ts';
import { lipmaaTarget } from '../../src/core/log/chain.ts';
import type { Dialect } from '../../src/core/log/dialect.ts';
import { entryOfDraft } from '../../src/core/log/draft.ts';
import { entryId, renderEntry, signedText } from '../../src/core/log/entry.ts';
import type { Signer, Store } from '../../src/core/ports.ts';
import { createMemoryBlobs } from '../../src/platform/memory/blobs.ts';
import { createMemoryStore } from '../../src/platform/memory/store.ts';
import { clock, random, sha256, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';
import { createLogs } from '../../src/runtime/logs/logs.ts';
import type { LogPorts } from '../../src/runtime/logs/ports.ts';

export const seedOf = (n: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(n + 1);

/** The rendered entries of a log; entry n's body is textOf(n). */
export async function makeLog(
  signer: Signer,
  length: number,
  { dialect = '2020-06' as Dialect, textOf = (n: number) => `"entry ${n}"`, badSignatureAt = -1 } = {},
): Promise<string[]> {
  const made: string[] = [];
  const ids = new Map<number, string>();
  let head: { dialect: Dialect; depth: number; id: string } | undefined;
  for (let depth = 0; depth < length; depth++) {
    const target = lipmaaTarget(dialect, depth);
    const body = [['text', textOf(depth)]] as const;
    const lipmaaId = target === undefined ? undefined : ids.get(target);
    const unsigned = entryOfDraft({ dialect, kind: 'note', body }, signer.key, head, lipmaaId);
    const entry = { ...unsigned, signature: await signer.sign(utf8(signedText(unsigned))) };
    if (depth === badSignatureAt) entry.signature.reverse();
    made.push(renderEntry(entry));
    head = { dialect, depth, id: entryId(sha256, entry) };
    ids.set(depth, head.id);
  }
  return made;
}

export const bundleOf = (...logs: readonly (readonly string[])[]): Uint8Array => utf8(`${logs.flat().join('\n\n')}\n`);

export async function createTestLogs(more: Partial<LogPorts> & { store?: Store } = {}) {
  const ports: LogPorts = {
    store: createMemoryStore({ clock }),
    blobs: createMemoryBlobs({ clock }),
    logSigner: signerFromSeed(random(32)),
    verifier: sharedVerifier,
    ...{ sha256, clock },
    ...more,
  };
  return { logs: await createLogs(ports), ports };
}

/** One pool for all: it ends by itself when it has nothing to do. */
const sharedVerifier = createVerifier();

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const textOf = async (pieces: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await collect(pieces)).toString();
