/** `npm start`: builds what is stale, then `pipes up` from dist/ in this process. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.ts';
import { root } from './root.ts';

export async function main(args: readonly string[]): Promise<number> {
  if (!(await build((line) => console.log(line)))) {
    console.error('Cannot start: the build failed, see above.');
    return 1;
  }
  const cli = (await import(pathToFileURL(join(root, 'dist/cli/run.js')).href)) as {
    main: (args: readonly string[]) => Promise<number>;
  };
  return cli.main(['up', ...args]);
}
