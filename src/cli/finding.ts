/** One thing that `pipes doctor` looked at. */
export interface Finding {
  readonly check: string;
  /** warn: it works, but less well. */
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What helps. */
  readonly cure?: string;
}
