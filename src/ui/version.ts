/** This package's version, as the build knew it (vite.config.ts); nothing where the page runs unbuilt. */
declare const PIPES_VERSION: string | undefined;

export const version = typeof PIPES_VERSION === 'string' ? PIPES_VERSION : '';
