/** This package's version. */
import { readFileSync } from 'node:fs';

export function version(): string {
  // The same two steps up from src/cli and from dist/cli.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String((manifest as { version: unknown }).version);
}
