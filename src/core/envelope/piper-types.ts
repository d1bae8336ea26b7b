/**
 * The messages of piperchat, versions 1.0 to 1.3, as values (spec/04-piper.md). 1.3 is 1.1 or 1.2 with a
 * username beside it, so it has no shape of its own.
 */
export interface AttachmentMeta {
  readonly filename: string;
  readonly mime_type: string;
  readonly sha256: string;
  readonly size_bytes: number;
}

/** The order of its two keys is the sender's, since the signature covers it. */
export interface PiperWrap {
  readonly recipient_dot1: string;
  /** base64 of nonce 12 ‖ ciphertext 32 ‖ tag 16. */
  readonly wrapped_body_key: string;
}

/** Nobody vouches for it; it never leaves the relay that took it. */
export interface PiperUnsigned {
  readonly version: '1.0-unsigned';
  readonly id: string;
  readonly channel: string;
  readonly author: string;
  readonly content: string;
  readonly createdAt: string;
}

export interface Piper10 {
  readonly version: '1.0';
  readonly pubkey: string;
  readonly signature: string;
  readonly signedAt: number;
  readonly channel: string;
  readonly content: string;
}

interface PiperIdentified {
  /** The sender's UUID: shown, never a key. */
  readonly id: string;
  readonly channel: string;
  readonly createdAt: string;
  readonly prev: string | null;
  readonly fromDot1: string;
  readonly fromEd25519Pub: string;
  readonly sig: string;
  readonly attachments: readonly AttachmentMeta[];
}

export interface Piper11 extends PiperIdentified {
  readonly version: '1.1';
  readonly content: string;
}

export interface Piper12 extends PiperIdentified {
  readonly version: '1.2';
  readonly fromX25519Pub: string;
  /** base64 of nonce 12 ‖ ciphertext ‖ tag 16. */
  readonly cipherBody: string;
  readonly wraps: readonly PiperWrap[];
}

export type PiperMessage = PiperUnsigned | Piper10 | Piper11 | Piper12;

/** What a post says beside the signature: local, unproven, never synced. */
export interface PiperHint {
  readonly author?: string;
  readonly username?: string;
  /** base64 contents of attachments by their sha256. */
  readonly contents?: Readonly<Record<string, string>>;
}

/** Milliseconds since 1970 of the time that the message states. */
export const timeOf = (message: PiperMessage): number =>
  message.version === '1.0' ? message.signedAt : Date.parse(message.createdAt);
