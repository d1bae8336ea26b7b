/** PDF files, the endless one among them. */
process.env.PIPES_ENDLESS = '1';
await import('./pdf.test.ts');
