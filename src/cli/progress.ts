/**
 * Says on stderr how far long work is: on a terminal one line that is written over, else a line now and then. Nothing
 * for work of under a second, and nothing with --json.
 */
export interface Progress {
  show(text: string): void;
  /** Takes the line away. */
  done(): void;
}

const FIRST_MS = 1000;
const TERMINAL_MS = 200;
const LINES_MS = 10_000;

export function createProgress(isWanted: boolean, output: NodeJS.WriteStream = process.stderr): Progress {
  const start = performance.now();
  let last = start + FIRST_MS - (output.isTTY ? TERMINAL_MS : LINES_MS);
  let isShown = false;
  return {
    show(text) {
      const now = performance.now();
      if (!isWanted || now - last < (output.isTTY ? TERMINAL_MS : LINES_MS) || now - start < FIRST_MS) return;
      last = now;
      isShown = true;
      output.write(output.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
    },
    done() {
      if (isShown && output.isTTY) output.write('\r\u001b[K');
    },
  };
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** 1536000 → "1.5 MB". */
export function amount(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}

/** "4.7G", "700M", "64k" or bytes; undefined for anything else. */
export function parseAmount(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kMGT]?)B?$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const bytes = Math.floor(Number(number) * 1000 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase()));
  return bytes > 0 ? bytes : undefined;
}
