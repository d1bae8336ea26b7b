/** The pure core as a library: formats, ids, sealing layouts and spellings, without any I/O. */
export * from './admission.ts';
export * from './bytes.ts';
export * from './envelope/envelope.ts';
export * from './envelope/piper.ts';
export * from './errors.ts';
export * from './identity/safety-number.ts';
export * from './identity/signature.ts';
export * from './identity/spelling.ts';
export type * from './ports.ts';
export * from './profile.ts';
export * from './registry.ts';
export * from './scope.ts';
export * from './seal/blob.ts';
export * from './seal/body.ts';
export * from './seal/file.ts';
export { joinSealed, NONCE_BYTES, splitSealed, TAG_BYTES, WRAP_BYTES, wrapInfo } from './seal/layout.ts';
export * from './seal/shared-keys.ts';
