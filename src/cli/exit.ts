/** Exit codes of the command line, and which failure gets which. README.md lists them. */
import { PipesError, RemoteError, UsageError } from '../core/errors.ts';

export const EXIT = {
  /** Done. */
  ok: 0,
  /** Something failed on this machine: the disk, the database, a key file. */
  failed: 1,
  /** The command line or an option is wrong. */
  usage: 2,
  /** The relay did not answer, or refused. */
  remote: 3,
  /** The port is taken, or may not be listened on. */
  port: 4,
} as const;

export function exitCodeOf(error: unknown): number {
  if (portProblem(error) !== undefined) return EXIT.port;
  if (find(error, (each) => each instanceof RemoteError)) return EXIT.remote;
  if (find(error, (each) => each instanceof UsageError)) return EXIT.usage;
  return EXIT.failed;
}

/** Why a port can't be listened on; undefined for any other failure. */
export function portProblem(error: unknown): 'in use' | 'not allowed' | undefined {
  if (find(error, (each) => codeOf(each) === 'EADDRINUSE')) return 'in use';
  if (find(error, (each) => codeOf(each) === 'EACCES' && syscallOf(each) === 'listen')) return 'not allowed';
  return undefined;
}

/** One line for a person. Our own errors say it all; with another's, the cause may be what tells. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof PipesError) return error.message;
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return cause === '' || error.message.includes(cause) ? error.message : `${error.message} (${cause})`;
}

/** Looks along the chain of causes, which outsiders could make a ring. */
function find(error: unknown, test: (error: unknown) => boolean): boolean {
  let each = error;
  for (let depth = 0; depth < 8 && each !== undefined; depth++) {
    if (test(each)) return true;
    each = each instanceof Error ? each.cause : undefined;
  }
  return false;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function syscallOf(error: unknown): unknown {
  return error instanceof Error && 'syscall' in error ? error.syscall : undefined;
}
