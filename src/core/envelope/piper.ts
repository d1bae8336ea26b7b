/**
 * piperchat's envelopes, versions 1.0 to 1.3 (spec/04-piper.md): parsed from what is posted, signed bytes made from
 * them, and read back from those bytes.
 */
export { bareAttachments, type PiperPost, type PiperPostOptions, parsePiper } from './piper-parse.ts';
export { toPost } from './piper-post.ts';
export { fromEnvelope, signedBytes, toEnvelope } from './piper-signed.ts';
export * from './piper-types.ts';
