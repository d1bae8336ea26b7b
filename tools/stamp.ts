/**
 * Says whether a build is stale: a stamp is the hash of everything that goes into it, names and contents. Contents
 * and not times, so that a checkout or a copied tree builds nothing twice.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Build {
  readonly name: string;
  /** Where the stamp is kept: inside what is built, so that deleting that deletes the stamp. */
  readonly stamp: string;
  /** Glob patterns below the root. */
  readonly inputs: readonly string[];
  /** A file that must exist for the build to count. */
  readonly output: string;
}

/** Whether this was ever built to the end, from whatever inputs. */
export function wasBuilt(root: string, build: Build): boolean {
  return existsSync(join(root, build.stamp)) && existsSync(join(root, build.output));
}

export function isStale(root: string, build: Build): boolean {
  return !wasBuilt(root, build) || readFileSync(join(root, build.stamp), 'utf8') !== fingerprint(root, build.inputs);
}

/** To be written after a build, of the inputs as they were before it: a change meanwhile makes it stale again. */
export function writeStamp(root: string, build: Build, print: string): void {
  mkdirSync(dirname(join(root, build.stamp)), { recursive: true });
  writeFileSync(join(root, build.stamp), print);
}

/** Hash of the inputs, tests left out, and of the Node that builds them. */
export function fingerprint(root: string, inputs: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of globSync([...inputs], { cwd: root, exclude: ['**/*.test.ts'] }).sort()) {
    const path = join(root, file);
    if (statSync(path).isFile()) hash.update(`\n${file}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}
