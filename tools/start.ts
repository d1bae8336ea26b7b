/** `npm start`: builds what is stale, then `pipes up` from dist/ in this process. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.ts';
import { root } from './root.ts';

const PARENT_MS = 1000;

export async function main(args: readonly string[]): Promise<number> {
  if (!(await build((line) => console.log(line)))) {
    console.error('Cannot start: the build failed, see above.');
    return 1;
  }
  const cli = (await import(pathToFileURL(join(root, 'dist/cli/run.js')).href)) as {
    main: (args: readonly string[]) => Promise<number>;
  };
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent();
  return cli.main(['up', ...args]);
}

/**
 * npm hands a signal to the shell between it and this process, which ends without passing it on. Whoever ends npm
 * means the relay, and would find its port taken at the next start.
 */
function stopWithParent(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_MS);
  timer.unref();
}
