/** The JSON that a piper message travels in when it is posted or mailed (spec/04-piper.md#posting). */
import type { PiperHint, PiperMessage } from './piper-types.ts';

/** What parsePiper reads back to the same message. An unsigned message's id and time are the relay's to give. */
export function toPost(message: PiperMessage, hint: PiperHint = {}): Record<string, unknown> {
  const beside = { ...(hint.author && { author: hint.author, author_name: hint.author }), ...nameBeside(hint) };
  switch (message.version) {
    case '1.0-unsigned':
      return { content: message.content, author: message.author, channel: message.channel };
    case '1.0': {
      const { pubkey, signature, signedAt, channel, content } = message;
      return { pubkey, signature, signed_at: signedAt, channel, content, ...beside };
    }
    case '1.1':
      return { ...identified(message, hint), content: message.content, ...beside };
    case '1.2':
      return {
        ...identified(message, hint),
        from_x25519_pub: message.fromX25519Pub,
        cipher_body: message.cipherBody,
        wraps: message.wraps,
        ...beside,
      };
  }
}

const nameBeside = ({ username }: PiperHint) => (username ? { username } : {});

function identified(message: Extract<PiperMessage, { version: '1.1' | '1.2' }>, { contents = {} }: PiperHint) {
  const { id, version, channel, createdAt, prev, fromDot1, fromEd25519Pub, sig } = message;
  const attachments = message.attachments.map((meta) => {
    const content = contents[meta.sha256];
    return content === undefined ? meta : { ...meta, content_b64: content };
  });
  return {
    ...{ id, version, channel, createdAt, prev, from_dot1: fromDot1, from_ed25519_pub: fromEd25519Pub, sig },
    ...(attachments.length > 0 && { attachments }),
  };
}
