// Runs a task of this clone under the Node that the `node` dependency brings. Plain JavaScript that an old Node can
// read, so that it says what is wrong instead of stumbling over TypeScript: `node tools/run.js start`.
const tasks = {
  start: './start.js',
  build: './build.ts',
  test: './test.ts',
  check: './check.ts',
  'check-package': './check-package.ts',
  pipes: '../src/cli/run.ts',
};
const [task, ...args] = process.argv.slice(2);
const version = process.versions.node;

if (Number(version.split('.')[0]) < 24) {
  console.error(
    `Cannot run ${task}: expected Node 24 or newer, got ${version}. Run "npm install" (with install scripts allowed, ` +
      'since one brings Node 26 along), then "npm start" or "npm run …".',
  );
  process.exitCode = 1;
} else if (task in tasks) {
  const { main } = await import(tasks[task]);
  process.exitCode = await main(args);
} else {
  console.error(`Cannot run ${task}: expected one of ${Object.keys(tasks).join(', ')}.`);
  process.exitCode = 2;
}
