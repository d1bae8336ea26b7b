/** What the disk allows, whatever a relay does: how long one small write takes until it is on it. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const WRITES = 300;
const PAGE = Buffer.alloc(4096, 1);

/** Milliseconds of each of some hundred writes, one after the other, where the bench's relays keep their data. */
export function syncedWrites(): number[] {
  const directory = mkdtempSync(join(tmpdir(), 'pipes-bench-'));
  const file = openSync(join(directory, 'synced'), 'w');
  try {
    return Array.from({ length: WRITES }, () => {
      const begun = performance.now();
      writeSync(file, PAGE);
      fdatasyncSync(file);
      return performance.now() - begun;
    });
  } finally {
    closeSync(file);
    rmSync(directory, { recursive: true });
  }
}
