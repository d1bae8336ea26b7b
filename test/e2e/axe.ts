/** What axe-core has against a page: labels, roles, contrast, order. Whatever it calls serious or critical is a fault. */
import assert from 'node:assert/strict';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const FAULTS = new Set(['serious', 'critical']);

/** Looks at the page as it stands, by all rules or by these. `where` tells one look from another when it fails. */
export async function assertAccessible(page: Page, where: string, rules?: string[]): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate(look, rules);
  assert.ok(passes.length > 0 || rules !== undefined, `axe looked at nothing (${where})`);
  const faults = violations
    .filter(({ impact }) => FAULTS.has(impact ?? ''))
    .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`));
  assert.deepEqual(faults, [], where);
}

/** For a page whose reader asked for less motion. */
export async function assertStill(page: Page, where: string): Promise<void> {
  const moving = await page.evaluate(() =>
    document.getAnimations().map(({ effect }) => String(effect?.getTiming().duration)),
  );
  assert.deepEqual(moving, [], `something moves (${where})`);
}

/** Runs in the page. */
const look = (rules: string[] | undefined): Promise<AxeResults> =>
  (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
    resultTypes: ['violations', 'passes'],
    ...(rules && { runOnly: rules }),
  });
