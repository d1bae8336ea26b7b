/** Every scene of the workbench at every size, light and dark. */
process.env.PIPES_EVERY_SCENE = '1';
await import('./workbench.test.ts');
