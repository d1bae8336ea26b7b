/** Processes that die while they write a stick or read one; many more in killed.long.ts. */
import { test } from 'node:test';
import { killExports, killImports } from './killing.ts';
import { temporaryFolder } from './support.ts';

const SEED = Number(process.env.SEED ?? 11);

test(`an export that is killed leaves the old bundle or the new one (seed ${SEED})`, async (t) => {
  await killExports(await temporaryFolder(t), SEED, 2);
});

test(`an import that is killed keeps nothing half, and the next one completes it (seed ${SEED})`, async (t) => {
  await killImports(await temporaryFolder(t), SEED, 2);
});
