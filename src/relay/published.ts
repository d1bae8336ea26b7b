/**
 * Reads what a published piperchat relay left: its SQLite file (v1.3 and before) and the older messages.json. The
 * files stay as they are, not even a journal appears beside them: a database is read from a copy.
 */
import { constants, copyFile, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type Row = Readonly<Record<string, unknown>>;

export interface PublishedDatabase {
  messages(): Iterable<Row>;
  usernames(): Iterable<Row>;
  close(): Promise<void>;
}

const MAGIC = 'SQLite format 3\0';

/** Whether a file is a database of the published relay. False where there is no such file. */
export async function isPublishedDatabase(path: string): Promise<boolean> {
  if (!(await startsWith(path, MAGIC))) return false;
  const tables = tablesOf(`file:${encodeURI(path)}?immutable=1`);
  // A young database may have everything in its journal, which reading in place leaves out.
  if (tables.size > 0 || (await sizeOf(`${path}-wal`)) === 0) return isPublished(tables);
  const copy = await copyDatabase(path);
  try {
    return isPublished(tablesOf(copy.path));
  } finally {
    await copy.remove();
  }
}

export async function openPublishedDatabase(path: string): Promise<PublishedDatabase> {
  const copy = await copyDatabase(path);
  const database = new DatabaseSync(copy.path);
  const rows = (table: string, order: string): Iterable<Row> =>
    tablesIn(database).has(table) ? database.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).iterate() : [];
  return {
    messages: () => rows('messages', 'rowid'),
    usernames: () => rows('usernames', 'claimed_at, username'),
    async close() {
      database.close();
      await copy.remove();
    },
  };
}

/** The messages of an old messages.json; undefined where there is no such file or it holds something else. */
export async function readMessagesJson(path: string): Promise<readonly Row[] | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(value) ? value.filter((row) => typeof row === 'object' && row !== null) : undefined;
  } catch {
    return undefined;
  }
}

const isPublished = (tables: ReadonlySet<string>): boolean =>
  tables.has('messages') && tables.has('channels') && tables.has('keys');

function tablesOf(location: string): ReadonlySet<string> {
  const database = new DatabaseSync(location, { readOnly: true });
  try {
    return tablesIn(database);
  } catch {
    return new Set();
  } finally {
    database.close();
  }
}

const tablesIn = (database: DatabaseSync): ReadonlySet<string> =>
  new Set(
    database
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
      .all()
      .map(({ name }) => String(name)),
  );

async function copyDatabase(path: string) {
  const folder = await mkdtemp(join(tmpdir(), 'pipes-take-over-'));
  const copy = join(folder, 'published.db');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
    if ((await sizeOf(`${path}-wal`)) > 0) await copyFile(`${path}-wal`, `${copy}-wal`);
    return { path: copy, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

async function startsWith(path: string, text: string): Promise<boolean> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(text.length), 0, text.length, 0);
    return buffer.subarray(0, bytesRead).toString('latin1') === text;
  } finally {
    await file.close();
  }
}
