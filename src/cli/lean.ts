/**
 * Keeps a relay small (decisions/0009-benchmarks.md). Node's defaults spend memory on throughput that a relay does not
 * need: they treble its memory at a thousand messages a second. The flags can only be given at the start of a process,
 * so `runLean` starts it anew in its own place: same process id, same terminal, one start of Node more.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A young generation of 2 × 1 MiB, garbage collected before the heap has grown by a third, one compiler fewer. */
const FLAGS = ['--max-semi-space-size=1', '--heap-growing-percent=30', '--no-maglev'];
const LOOK_MS = 30_000;
const SOON_MS = 1000;
/** Share of a core below which a relay counts as resting. */
const RESTING = 0.01;

/** Replaces this process by `node <file> <args>` with the flags. Returns where that cannot be, or was done already. */
export function runLean(file: string, args: readonly string[]): void {
  const isLean = FLAGS.every((flag) => process.execArgv.includes(flag));
  if (isLean || process.platform === 'win32' || process.execve === undefined) return;
  const flags = [...FLAGS, ...process.execArgv.filter((flag) => !FLAGS.includes(flag))];
  process.execve(process.execPath, [process.execPath, ...flags, file, ...args], process.env);
}

/** Once after the start, and whenever work is followed by rest, gives back what the heap holds beyond need. */
export function giveBackAtRest(): () => void {
  let before = process.cpuUsage();
  let wasBusy = true;
  const look = (elapsedMs: number): void => {
    const { user, system } = process.cpuUsage(before);
    const isBusy = (user + system) / 1000 > elapsedMs * RESTING;
    if (wasBusy && !isBusy) giveBack();
    wasBusy = isBusy;
    before = process.cpuUsage();
  };
  const soon = setTimeout(giveBack, SOON_MS).unref();
  const timer = setInterval(look, LOOK_MS, LOOK_MS).unref();
  return () => {
    clearTimeout(soon);
    clearInterval(timer);
  };
}

/** The one way to ask for this without a flag of the whole process. It takes some tens of milliseconds. */
function giveBack(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { type: string; flavor: string; execution: string }) => void;
  setFlagsFromString('--no-expose-gc');
  gc({ type: 'major', flavor: 'last-resort', execution: 'sync' });
}
