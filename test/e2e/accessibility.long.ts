/** axe-core on every scene of the workbench, on a desktop and a phone, light and dark. */
process.env.PIPES_EVERY_SCENE = '1';
await import('./accessibility.test.ts');
