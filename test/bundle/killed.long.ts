/** Many more deaths. SEED and TIMES choose. */
import { test } from 'node:test';
import { killExports, killImports } from './killing.ts';
import { temporaryFolder } from './support.ts';

const SEED = Number(process.env.SEED ?? 1);
const TIMES = Number(process.env.TIMES ?? 100);

test(`${TIMES} exports and ${TIMES} imports are killed (seed ${SEED})`, async (t) => {
  const exports = await killExports(await temporaryFolder(t), SEED, TIMES);
  const imports = await killImports(await temporaryFolder(t), SEED, TIMES);
  t.diagnostic(`${exports} exports and ${imports} imports died before their end: nothing lost, nothing half-believed`);
});
