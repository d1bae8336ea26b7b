/**
 * Opens a SQLite file for this process alone and for keeps: WAL, every commit on disk (synchronous=FULL), a
 * small cache, the schema brought up to date. Used inside the storage worker only.
 *
 * The lease is SQLite's own exclusive lock, which the operating system drops with the process however it ends,
 * so that a killed owner never blocks the next. The file "<path>-owner" only names the owner in messages.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Fault, Opened } from './store-protocol.ts';

/** Statements that bring a file from version `index` to `index + 1`. Released ones never change. */
export type Migrations = readonly string[];

export interface Database extends Opened {
  readonly path: string;
  readonly sql: DatabaseSync;
}

/** For one that is just ending; commands that meet a running relay on their data wait so long before they ask it instead. */
const PATIENCE_MS = 100;
/** Small files are checked whole at each start; larger ones as they are read. */
const CHECKED_BYTES = 16 * 1024 * 1024;
const CACHE_KIB = 2048;
const WAL_PAGES = 2000;

/** An expected failure to open; the message says what to do. */
class Refusal extends Error {}

export function openDatabase(path: string, applicationId: number, migrations: Migrations): Database {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createPrivate(path);
  const sql = new DatabaseSync(path, { timeout: PATIENCE_MS });
  try {
    claim(sql);
    writeFileSync(ownerFile(path), `${process.pid}\n`, { mode: 0o600 });
    checkWhole(path, sql);
    migrate(path, sql, applicationId, migrations);
    return { path, sql, ...started(sql) };
  } catch (error) {
    sql.close();
    throw error;
  }
}

export function closeDatabase({ sql }: Database): void {
  sql.exec("UPDATE meta SET value = '1' WHERE key = 'clean'");
  sql.close();
}

/** The failure in words: which file, what was expected, what cures it. */
export function toFault(path: string, doing: string, error: unknown): Fault {
  const cause = error instanceof Error ? error.message : String(error);
  if (error instanceof Refusal) return { message: cause, cause };
  return { message: `Cannot ${doing} ${path}: ${explain(path, error, cause)}`, cause };
}

function explain(path: string, error: unknown, cause: string): string {
  const code = (error as { errcode?: number }).errcode;
  switch (code === undefined ? undefined : code & 0xff) {
    case 5:
    case 6:
      return `it is already in use by ${owner(path)}; stop that one first, or choose another path`;
    case 11:
    case 26:
      return 'the file is damaged; restore it from a backup, or move it away to start with an empty one';
    case 13:
      return 'the disk is full; make room and try again';
    case 8:
    case 14:
      return `expected a file that can be written, got "${cause}"; check its permissions`;
    default:
      return cause;
  }
}

function owner(path: string): string {
  try {
    const pid = Number.parseInt(readFileSync(ownerFile(path), 'utf8'), 10);
    if (pid > 0) return pid === process.pid ? `this process (${pid})` : `process ${pid}`;
  } catch {
    // Nobody has said who it is; the lock alone decides.
  }
  return 'another process';
}

const ownerFile = (path: string): string => `${path}-owner`;

/** An existing file is never opened here: closing it would drop the locks that this process holds on it. */
function createPrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

function claim(sql: DatabaseSync): void {
  sql.exec('PRAGMA locking_mode = EXCLUSIVE');
  sql.exec('PRAGMA journal_mode = WAL');
  sql.exec('PRAGMA synchronous = FULL');
  sql.exec('BEGIN EXCLUSIVE; COMMIT');
  sql.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  sql.exec(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
  sql.exec(`PRAGMA journal_size_limit = ${WAL_PAGES * 4096}`);
  sql.exec('PRAGMA temp_store = MEMORY');
  sql.exec('PRAGMA cell_size_check = ON');
  sql.exec('PRAGMA secure_delete = FAST');
}

function checkWhole(path: string, sql: DatabaseSync): void {
  if (statSync(path).size > CHECKED_BYTES) return;
  const verdict = sql.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict !== 'ok') throw Object.assign(new Error(String(verdict)), { errcode: 11 });
}

function migrate(path: string, sql: DatabaseSync, applicationId: number, migrations: Migrations): void {
  const version = pragma(sql, 'user_version');
  const empty = sql.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n === 0;
  if (!(empty && version === 0) && pragma(sql, 'application_id') !== applicationId) {
    throw new Refusal(`Cannot open ${path}: expected a database of Pipes, got another program's; choose another path`);
  }
  if (version > migrations.length) {
    throw new Refusal(
      `Cannot open ${path}: expected version ${migrations.length} or older, got ${version}; ` +
        'a newer release of Pipes wrote it, so start that one',
    );
  }
  sql.exec(`PRAGMA application_id = ${applicationId}`);
  migrations.slice(version).forEach((statements, i) => {
    sql.exec(`BEGIN; ${statements}; PRAGMA user_version = ${version + i + 1}; COMMIT`);
  });
}

const pragma = (sql: DatabaseSync, name: string): number => Number(sql.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);

/** Draws the epoch at the first start, and notes that the file is in use until it is closed. */
function started(sql: DatabaseSync): Opened {
  const add = sql.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const read = sql.prepare('SELECT value FROM meta WHERE key = ?');
  sql.exec('BEGIN');
  add.run('epoch', randomBytes(8).toString('hex'));
  add.run('clean', '1');
  const clean = read.get('clean')?.value === '1';
  sql.exec("UPDATE meta SET value = '0' WHERE key = 'clean'; COMMIT");
  return { epoch: String(read.get('epoch')?.value), clean };
}
