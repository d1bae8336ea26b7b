/**
 * The scopes' numbers and statistics. Changes are gathered in memory during a transaction and written at its
 * end, one statement for each scope touched. A scope goes with its last placement.
 */
import type { DatabaseSync } from 'node:sqlite';

interface Scope {
  readonly n: number;
  readonly name: string;
  created: number;
  count: number;
  /** Undefined once the latest placement went: to be looked up. */
  latest: number | undefined;
}

/** How many scopes are remembered between transactions. */
const REMEMBERED = 4096;

export type Scopes = ReturnType<typeof storeScopes>;

export function storeScopes(sql: DatabaseSync) {
  const statement = {
    byName: sql.prepare('SELECT n, name, created, count, latest FROM scopes WHERE name = ?'),
    byNumber: sql.prepare('SELECT n, name, created, count, latest FROM scopes WHERE n = ?'),
    add: sql.prepare('INSERT INTO scopes (name, created, count, latest) VALUES (?, 0, 0, 0)'),
    set: sql.prepare('UPDATE scopes SET created = ?, count = ?, latest = ? WHERE n = ?'),
    drop: sql.prepare('DELETE FROM scopes WHERE n = ?'),
    latest: sql.prepare('SELECT max(time) AS latest FROM placements WHERE scope = ?'),
  };
  const byName = new Map<string, Scope>();
  const byNumber = new Map<number, Scope>();
  const changed = new Set<Scope>();

  const remember = (row: unknown): Scope | undefined => {
    if (row === undefined) return undefined;
    const scope = { ...(row as Scope) };
    byName.set(scope.name, scope);
    byNumber.set(scope.n, scope);
    return scope;
  };
  const named = (name: string): Scope | undefined => byName.get(name) ?? remember(statement.byName.get(name));
  const forget = (): void => {
    byName.clear();
    byNumber.clear();
    changed.clear();
  };
  const write = (scope: Scope): void => {
    if (scope.count === 0) {
      statement.drop.run(scope.n);
      byName.delete(scope.name);
      byNumber.delete(scope.n);
      return;
    }
    scope.latest ??= Number(statement.latest.get(scope.n)?.latest);
    statement.set.run(scope.created, scope.count, scope.latest, scope.n);
  };

  return {
    find: (name: string): number | undefined => named(name)?.n,
    /** The scope's number; a new one is made, to be filled by `added` in the same transaction. */
    number: (name: string): number => {
      const found = named(name);
      if (found !== undefined) return found.n;
      const n = Number(statement.add.run(name).lastInsertRowid);
      remember({ n, name, created: 0, count: 0, latest: 0 });
      return n;
    },
    added: (n: number, time: number, received: number): void => {
      const scope = byNumber.get(n);
      if (scope === undefined) return;
      if (scope.count === 0) Object.assign(scope, { created: received, latest: time });
      else if (scope.latest !== undefined) scope.latest = Math.max(scope.latest, time);
      scope.count++;
      changed.add(scope);
    },
    removed: (n: number, time: number): void => {
      const scope = byNumber.get(n) ?? remember(statement.byNumber.get(n));
      if (scope === undefined) return;
      if (scope.latest === time) scope.latest = undefined;
      scope.count--;
      changed.add(scope);
    },
    flush: (): void => {
      for (const scope of changed) write(scope);
      changed.clear();
      if (byName.size > REMEMBERED) forget();
    },
    reset: forget,
  };
}
