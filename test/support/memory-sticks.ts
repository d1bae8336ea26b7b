/** Bundles that lie in memory, for tests and simulations: written and read by the real code, and damaged as media are. */
import type { BundleContent, BundlePart, Bundles } from '../../src/core/bundle/bundle.ts';
import { concat, utf8 } from '../../src/core/bytes.ts';
import type { Dialect } from '../../src/core/log/dialect.ts';
import { blobsIn } from '../../src/core/log/dialect.ts';

export interface StickPart {
  readonly dialect: Dialect;
  readonly text: Uint8Array;
  readonly blobs: readonly Uint8Array[];
}

export interface MemorySticks {
  readonly platform: Bundles;
  /** By name, what lies on each: may be replaced. */
  readonly sticks: Map<string, readonly StickPart[]>;
}

export function createMemorySticks(): MemorySticks {
  const sticks = new Map<string, readonly StickPart[]>();
  const platform: Bundles = {
    async write(target, content) {
      const parts: StickPart[] = [];
      for (const part of content.parts) parts.push(await written(content, part));
      sticks.set(target, parts);
      return { volumes: [target], entries: 0, blobs: 0, blobsKept: 0, blobsMissing: 0, bytes: 0 };
    },
    open: async (source) => ({
      parts: (sticks.get(source) ?? []).map(readable),
      close: async () => undefined,
    }),
    inspect: () => Promise.reject(new Error('nobody looks into these')),
  };
  return { platform, sticks };
}

async function written(content: BundleContent, part: BundleContent['parts'][number]): Promise<StickPart> {
  const { dialect } = part;
  const [texts, blobs] = [[] as Uint8Array[], new Map<string, Uint8Array>()];
  for await (const entry of part.entries) {
    texts.push(...(texts.length === 0 ? [entry] : [utf8('\n\n'), entry]));
    const named = (await content.blobsFor?.(entry, dialect)) ?? blobsIn(dialect, Buffer.from(entry).toString());
    for (const hash of named) {
      const source = await content.blob(hash);
      if (source !== undefined) blobs.set(hash.join(), concat(...(await Array.fromAsync(source.read()))));
    }
  }
  return { dialect, text: concat(...texts, utf8('\n')), blobs: [...blobs.values()] };
}

const readable = ({ dialect, text, blobs }: StickPart): BundlePart => ({
  ...{ path: 'messages.pgn', dialect },
  entries: () => of(text),
  blobs: () => of(...blobs.map((bytes) => ({ path: 'blob', size: bytes.length, read: () => of(bytes) }))),
});

async function* of<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}
