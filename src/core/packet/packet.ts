/** Packets of keep-protocol (spec/08-keep.md#packet): what they are, how they are written, how they are read. */
export * from './decode.ts';
export * from './encode.ts';
export * from './schema.ts';
