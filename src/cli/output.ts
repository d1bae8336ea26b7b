/**
 * What commands print. Data goes to stdout, as lines for people or, with --json, as one JSON value per line; what
 * is said about it goes to stderr. Names and messages are strangers' words: nothing in them reaches the terminal
 * as a command to it.
 */
export interface Output {
  readonly json: boolean;
  /** Prints data in the form that was asked for. */
  data(value: unknown, forPeople: string): void;
  /** Says something to the person, on stderr; silent with --json. */
  note(line: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    data: (value, forPeople) => console.log(json ? JSON.stringify(value) : forPeople),
    note: (line) => {
      if (!json) console.error(line);
    },
  };
}

// C0, DEL and C1 controls, bidirectional overrides and isolates, and the line separators that terminals obey.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const dangerous = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One line of text that is safe on a terminal: controls show as escapes. */
export function printable(text: string): string {
  return text.replace(dangerous, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Text that may have several lines, each safe on a terminal, later ones indented. */
export function printableLines(text: string, indent: string): string {
  return text.split(/\r?\n/).map(printable).join(`\n${indent}`);
}

/** Columns as wide as their widest cell, two spaces between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
