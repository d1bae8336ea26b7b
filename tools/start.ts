/**
 * `npm start`: builds what is stale, then `pipes up` from dist/, which takes the place of this process and of what the
 * build has left in its memory; where a process cannot be replaced, inside of this one.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.ts';
import { root } from './root.ts';

export async function main(args: readonly string[]): Promise<number> {
  if (!(await build((line) => console.log(line)))) {
    console.error('Cannot start: the build failed, see above.');
    return 1;
  }
  const { runLean } = await built<{ runLean: (file: string, args: readonly string[]) => void }>('dist/cli/lean.js');
  runLean(join(root, 'dist/cli/main.js'), ['up', ...args]);
  const cli = await built<{ main: (args: readonly string[]) => Promise<number> }>('dist/cli/run.js');
  return cli.main(['up', ...args]);
}

const built = async <T>(path: string): Promise<T> => (await import(pathToFileURL(join(root, path)).href)) as T;
