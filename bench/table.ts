/** The lines that the bench prints: a figure, what limits it in the same run, their ratio, the budget, and whether it is met. */
export interface Line {
  readonly what: string;
  readonly figure: string;
  /** What the same machine does at best in the same run. */
  readonly limit: string;
  /** Figure over limit; above 1 where more is worse. */
  readonly ratio: number | undefined;
  /** Of design's budgets; empty where there is none for this line. */
  readonly budget: string;
  readonly met: boolean | undefined;
}

const HEAD = ['what', 'figure', 'limit in the same run', 'ratio', 'budget', ''];

/** A table in Markdown, its columns in line so that a terminal shows it well, too. */
export function table(lines: readonly Line[]): string {
  const rows = [HEAD, ...lines.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const render = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [render(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(render)].join('\n');
}

const cells = ({ what, figure, limit, ratio, budget, met }: Line): string[] => [
  ...[what, figure, limit, ratio === undefined ? '' : ratio.toFixed(2), budget],
  met === undefined ? '' : met ? 'met' : 'SHORT',
];

export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
export const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;

/** The value below which a share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
