/**
 * The Store's tables (decisions/0005-storage.md). Rows are numbered by their arrival, so inserts append; the
 * index on a scope is its arrival order (an index ends in the row's number), the one on (scope, time, id) its
 * reading order. An envelope is stored once, however many scopes hold it. Entries of logs are numbered likewise.
 */

/** "Pipe" */
export const STORE_ID = 0x50697065;

export const STORE_MIGRATIONS = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO meta VALUES ('arrival', '0');
   CREATE TABLE scopes (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
     count INTEGER NOT NULL, latest INTEGER NOT NULL) STRICT;
   CREATE TABLE envelopes (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;
   CREATE TABLE placements (arrival INTEGER PRIMARY KEY, scope INTEGER NOT NULL, time INTEGER NOT NULL,
     id BLOB NOT NULL, envelope INTEGER NOT NULL, received INTEGER NOT NULL, expires INTEGER NOT NULL,
     hint TEXT NOT NULL) STRICT;
   CREATE INDEX placements_by_arrival ON placements (scope);
   CREATE UNIQUE INDEX placements_by_time ON placements (scope, time, id);
   CREATE UNIQUE INDEX placements_by_envelope ON placements (envelope, scope);
   CREATE INDEX placements_by_expiry ON placements (expires) WHERE expires <> 0;
   CREATE TABLE records (space TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
     PRIMARY KEY (space, key)) STRICT, WITHOUT ROWID`,
  `INSERT INTO meta VALUES ('log-arrival', '0'), ('log-ids-through', '0');
   CREATE TABLE logs (n INTEGER PRIMARY KEY, author BLOB NOT NULL UNIQUE, dialect TEXT NOT NULL,
     next INTEGER NOT NULL, head BLOB NOT NULL, verified INTEGER NOT NULL) STRICT;
   CREATE TABLE entries (arrival INTEGER PRIMARY KEY, log INTEGER NOT NULL, depth INTEGER NOT NULL,
     id BLOB NOT NULL, kind TEXT NOT NULL, received INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
   CREATE UNIQUE INDEX entries_by_depth ON entries (log, depth);
   CREATE INDEX entries_by_kind ON entries (kind);
   CREATE INDEX entries_by_log_and_kind ON entries (log, kind);
   CREATE TABLE entry_ids (start INTEGER NOT NULL, arrival INTEGER NOT NULL,
     PRIMARY KEY (start, arrival)) STRICT, WITHOUT ROWID`,
] as const;
