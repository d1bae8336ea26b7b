/** How many files this process may have open, and so what it starts; a cautious guess where the system doesn't tell. */
import { readFileSync } from 'node:fs';

export function openFiles(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  } catch {
    return 1024;
  }
}
