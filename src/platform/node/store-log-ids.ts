/**
 * Entries by id, as an index derived from the entries. Ids are random, so each insert would touch a page of its own;
 * those of the latest entries are held in memory and enter the index in bulk, sorted, a share of a page each. What is
 * held is read from the entries again when the database is opened.
 */
import type { DatabaseSync } from 'node:sqlite';

const HELD = 32_768;

export function logIds(sql: DatabaseSync) {
  const statement = {
    through: sql.prepare("SELECT value FROM meta WHERE key = 'log-ids-through'"),
    setThrough: sql.prepare("UPDATE meta SET value = ? WHERE key = 'log-ids-through'"),
    rest: sql.prepare('SELECT arrival, id FROM entries WHERE arrival > ?'),
    add: sql.prepare('INSERT INTO entry_ids VALUES (?, ?)'),
    drop: sql.prepare('DELETE FROM entry_ids WHERE start = ? AND arrival = ?'),
    find: sql.prepare('SELECT arrival FROM entry_ids WHERE start = ?'),
  };
  const held = new Map<number, number[]>();
  let count = 0;

  const hold = (id: Uint8Array, arrival: number): void => {
    const start = startOf(id);
    const present = held.get(start);
    if (present === undefined) held.set(start, [arrival]);
    else present.push(arrival);
    count++;
  };
  const load = (): void => {
    held.clear();
    count = 0;
    for (const row of statement.rest.iterate(Number(statement.through.get()?.value))) {
      hold(row.id as Uint8Array, Number(row.arrival));
    }
  };
  load();

  return {
    add: hold,
    remove(id: Uint8Array, arrival: number): void {
      const start = startOf(id);
      const present = held.get(start)?.filter((other) => other !== arrival);
      if (present !== undefined) held.set(start, present);
      statement.drop.run(start, arrival);
    },
    candidates: (id: Uint8Array): number[] => {
      const start = startOf(id);
      return [...(held.get(start) ?? []), ...statement.find.all(start).map((row) => Number(row.arrival))];
    },
    /** Inside of the transaction that holds the entries. */
    flush(): void {
      if (count < HELD) return;
      let through = 0;
      for (const [start, arrivals] of [...held].sort(([a], [b]) => a - b)) {
        for (const arrival of arrivals) {
          statement.add.run(start, arrival);
          through = Math.max(through, arrival);
        }
      }
      statement.setThrough.run(String(through));
      held.clear();
      count = 0;
    },
    reset: load,
  };
}

/** The first 48 bits of the id, which a number holds exactly. */
const startOf = (id: Uint8Array): number =>
  (((id[0] ?? 0) << 16) | ((id[1] ?? 0) << 8) | (id[2] ?? 0)) * 0x1000000 +
  (((id[3] ?? 0) << 16) | ((id[4] ?? 0) << 8) | (id[5] ?? 0));
