#!/usr/bin/env node
/**
 * The `pipes` command. Nothing is imported before the version of Node is known, so that an old one says in one
 * line what is missing instead of stumbling over what it can't read.
 */
const version = process.versions.node;

if (Number(version.split('.')[0]) < 24) {
  console.error(
    `Cannot run pipes: expected Node 24 or newer, got ${version}. Install it from https://nodejs.org/, or run "npx -p node@26 -p pipes pipes".`,
  );
  process.exitCode = 1;
} else {
  if (['up', 'relay'].includes(process.argv[2] ?? ''))
    (await import('./lean.ts')).runLean(import.meta.filename, process.argv.slice(2));
  const { main } = await import('./run.ts');
  process.exitCode = await main(process.argv.slice(2));
}

export {};
