/** What an examination found. */
export interface Finding {
  readonly check: string;
  /** warn: it works, but less well. */
  readonly state: 'ok' | 'warn' | 'fail';
  /** With the cure where something is wrong. */
  readonly found: string;
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found });
export const warn = (check: string, found: string): Finding => ({ check, state: 'warn', found });
export const fail = (check: string, found: string): Finding => ({ check, state: 'fail', found });
