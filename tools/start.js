// `npm start`: builds what is stale, then runs `pipes up` from dist/ in this process. Plain JavaScript, and the build
// in a process of its own: what reads TypeScript would take 16 MB of memory for as long as the relay runs.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PARENT_MS = 1000;

/** @param {readonly string[]} args */
export async function main(args) {
  if ((await build()) !== 0) {
    console.error('Cannot start: the build failed, see above.');
    return 1;
  }
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent();
  const cli = await import('../dist/cli/run.js');
  return cli.main(['up', ...args]);
}

function build() {
  const run = fileURLToPath(new URL('run.js', import.meta.url));
  return new Promise((settle) => {
    const child = spawn(process.execPath, [run, 'build'], { stdio: ['ignore', 2, 2] });
    child.on('error', () => settle(1));
    child.on('exit', settle);
  });
}

/**
 * npm hands a signal to the shell between it and this process, which ends without passing it on. Whoever ends npm
 * means the relay, and would find its port taken at the next start.
 */
function stopWithParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_MS);
  timer.unref();
}
