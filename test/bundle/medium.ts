/**
 * A made-up medium that can be pulled out or fill up at any call. What was not synced by then is lost, kept or cut
 * short, as a seed decides: bytes of files that were not synced, and names in folders that were not.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BundleFiles } from '../../src/platform/node/bundle-files.ts';

interface File {
  bytes: Buffer;
  /** What is certain to be on the medium. */
  synced: Buffer;
}

type Change = { readonly folder: string; apply(names: Map<string, File>): void };

export interface Medium extends BundleFiles {
  /** Calls so far. */
  readonly calls: number;
  /** From that call on, everything fails with that code. */
  failAt(call: number, code: string): void;
  /** Room in all, in bytes. */
  limit(bytes: number): void;
  /** What is found on it when it is plugged in again. */
  surviving(random: () => number): Medium;
  /** Copies it into a folder of this machine. */
  copyTo(folder: string): Promise<void>;
  readonly paths: readonly string[];
}

export function createMedium(start: ReadonlyMap<string, Buffer> = new Map()): Medium {
  const certain = new Map([...start].map(([path, bytes]) => [path, { bytes, synced: bytes }] as [string, File]));
  const names = new Map(certain);
  const folders = new Set<string>();
  let pending: Change[] = [];
  let calls = 0;
  let failing = { from: Number.POSITIVE_INFINITY, code: '' };
  let room = Number.POSITIVE_INFINITY;

  const fail = (code: string): never => {
    throw Object.assign(new Error(`${code}: made up`), { code });
  };
  const call = () => {
    if (calls++ >= failing.from) fail(failing.code);
  };
  const change = (folder: string, apply: Change['apply']) => {
    apply(names);
    pending.push({ folder, apply });
  };
  const used = () => [...new Set(names.values())].reduce((sum, { bytes }) => sum + bytes.length, 0);
  const at = (path: string): File => names.get(path) ?? fail('ENOENT');

  return {
    get calls() {
      return calls;
    },
    get paths() {
      return [...names.keys()].sort();
    },
    failAt(from, code) {
      failing = { from, code };
    },
    limit(bytes) {
      room = bytes;
    },
    async folder(path) {
      call();
      const made: string[] = [];
      for (let at = path; !folders.has(at) && at !== dirname(at); at = dirname(at)) made.unshift(at);
      for (const one of made) folders.add(one);
      return made;
    },
    async create(path) {
      call();
      const file: File = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) };
      change(dirname(path), (all) => void all.set(path, file));
      return {
        async write(bytes) {
          call();
          const left = room - used();
          file.bytes = Buffer.concat([file.bytes, bytes.subarray(0, Math.max(0, left))]);
          if (bytes.length > left) fail('ENOSPC');
        },
        async sync() {
          call();
          file.synced = file.bytes;
        },
        close: async () => {},
      };
    },
    async rename(from, to) {
      call();
      const file = at(from);
      change(dirname(to), (all) => {
        if (all.get(from) === file) all.delete(from);
        all.set(to, file);
      });
    },
    async remove(path) {
      call();
      change(dirname(path), (all) => void all.delete(path));
    },
    async syncFolder(path) {
      call();
      for (const { folder, apply } of pending) if (folder === path) apply(certain);
      pending = pending.filter(({ folder }) => folder !== path);
    },
    async syncFile(path) {
      call();
      at(path).synced = at(path).bytes;
    },
    async list(path) {
      call();
      const below = [...names.keys()].filter((name) => name.startsWith(`${path}/`));
      return [...new Set(below.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))];
    },
    async size(path) {
      call();
      return names.get(path)?.bytes.length;
    },
    async *read(path) {
      call();
      yield at(path).bytes;
    },
    space: async () => ({ free: room - used(), block: 512 }),
    surviving(random) {
      for (const { apply } of pending) if (random() < 0.5) apply(certain);
      const found = [...certain].map(([path, { bytes, synced }]) => {
        const kept = random() < 0.5 ? synced.length : Math.floor(random() * (bytes.length + 1));
        return [path, bytes.subarray(0, Math.max(synced.length, kept))] as const;
      });
      return createMedium(new Map(found.map(([path, bytes]) => [path, Buffer.from(bytes)])));
    },
    async copyTo(folder) {
      for (const [path, { bytes }] of names) {
        await mkdir(join(folder, dirname(path)), { recursive: true });
        await writeFile(join(folder, path), bytes);
      }
    },
  };
}
