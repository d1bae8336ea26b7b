/**
 * A program that speaks to a relay byte for byte as the published v1.3 Node client does, written from the protocol
 * alone (spec/04-piper.md) on node:http and node:crypto, so that it shares no code with what it tests: requests without
 * a length, a content type on each, and its own way of cutting a stream into blocks.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

// biome-ignore lint/suspicious/noExplicitAny: whatever a relay answers
type Json = Record<string, any>;
export type Reader = { dot1: string; x25519PubHex: string };

export class PublishedPeer {
  readonly url: string;
  readonly channel: string;
  /** Not derived from the key: published identities choose it. */
  readonly dot1 = `dot1:${randomBytes(8).toString('hex')}`;
  readonly received: Json[] = [];
  readonly #signing = generateKeyPairSync('ed25519');
  readonly #agreement = generateKeyPairSync('x25519');
  #wake = () => {};
  #close = () => {};

  constructor(url: string, channel: string) {
    this.url = url;
    this.channel = channel;
  }

  get ed25519PubHex(): string {
    return rawPublic(this.#signing.publicKey);
  }

  get x25519PubHex(): string {
    return rawPublic(this.#agreement.publicKey);
  }

  /** Status is not looked at, as the published client does not either. */
  async fetch(path: string, options: { method?: string; body?: string } = {}): Promise<Json> {
    return (await this.call(path, options)).body;
  }

  call(
    path: string,
    { method = 'GET', body }: { method?: string; body?: string },
  ): Promise<{ status: number; body: Json }> {
    return new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json' };
      const sent = request(this.url + path, { method, headers }, (response) => {
        const whole = text(response).then((json) => ({ status: response.statusCode ?? 0, body: JSON.parse(json) }));
        resolve(whole);
      });
      sent.on('error', reject);
      if (body !== undefined) sent.write(body);
      sent.end();
    });
  }

  async send(content: string): Promise<Json> {
    const unsigned = { ...this.#heading('1.1'), content };
    const sig = this.#sign({ ...unsigned }, []);
    const body = JSON.stringify({ ...unsigned, sig, author: 'published', author_name: 'published', attachments: [] });
    return (await this.fetch('/messages', { method: 'POST', body })).message;
  }

  async sendEncrypted(content: string, readers: readonly Reader[]): Promise<Json> {
    const body = JSON.stringify(this.seal(content, readers));
    return (await this.fetch('/messages', { method: 'POST', body })).message;
  }

  /** A bare 1.2 envelope, the sender among its readers. */
  seal(content: string, readers: readonly Reader[]): Json {
    const bodyKey = randomBytes(32);
    const wraps = [...readers, this].map(({ dot1, x25519PubHex }) => ({
      recipient_dot1: dot1,
      wrapped_body_key: encrypt(this.#wrapKey(x25519PubHex, dot1, this.dot1), bodyKey),
    }));
    const unsigned = {
      ...this.#heading('1.2'),
      from_x25519_pub: this.x25519PubHex,
      cipher_body: encrypt(bodyKey, Buffer.from(content)),
      wraps,
    };
    return { ...unsigned, sig: this.#sign(unsigned, []) };
  }

  /** The plaintext; throws where it is not for this peer or does not open. */
  open(envelope: Json): string {
    const wrap = envelope.wraps.find((each: Json) => each.recipient_dot1 === this.dot1);
    const wrapKey = this.#wrapKey(envelope.from_x25519_pub, this.dot1, envelope.from_dot1);
    return decrypt(decrypt(wrapKey, wrap.wrapped_body_key), envelope.cipher_body).toString('utf8');
  }

  /** Resolves once the headers are there. A block counts only if, trimmed, it begins with "data:". */
  subscribe(): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { Accept: 'text/event-stream', 'Cache-Control': 'no-cache' };
      const sent = request(`${this.url}/events?channel=${this.channel}`, { headers }, (response) => {
        let rest = '';
        response.on('data', (chunk) => {
          rest += chunk.toString('utf8');
          const blocks = rest.split('\n\n');
          rest = blocks.pop() ?? '';
          for (const block of blocks.map((each) => each.trim())) {
            if (block.startsWith('data:')) this.received.push(JSON.parse(block.slice(5).trim()));
          }
          this.#wake();
        });
        response.on('error', () => {});
        this.#close = () => response.destroy();
        resolve();
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  /** The first received message that fits. */
  async waitFor(fits: (message: Json) => boolean): Promise<Json> {
    for (;;) {
      const found = this.received.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#close();
  }

  #heading(version: string): Json {
    const createdAt = new Date().toISOString();
    const from = { from_dot1: this.dot1, from_ed25519_pub: this.ed25519PubHex };
    return { id: randomUUID(), version, channel: this.channel, createdAt, prev: null, ...from };
  }

  #sign(fields: Json, manifest: readonly Json[]): string {
    const sorted = JSON.stringify(Object.fromEntries(Object.entries(fields).sort()));
    const bytes = Buffer.from(`${sorted}::${JSON.stringify(manifest)}`);
    return sign(null, bytes, this.#signing.privateKey).toString('hex');
  }

  #wrapKey(otherHex: string, recipientDot1: string, senderDot1: string): Buffer {
    const der = Buffer.concat([Buffer.from('302a300506032b656e032100', 'hex'), Buffer.from(otherHex, 'hex')]);
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const privateKey = createPrivateKey(this.#agreement.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const shared = diffieHellman({ privateKey, publicKey });
    return Buffer.from(hkdfSync('sha256', shared, 'piperchat/v1.2/wrap', recipientDot1 + senderDot1, 32));
  }
}

const rawPublic = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');

function encrypt(key: Buffer, plaintext: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function decrypt(key: Buffer, base64: string): Buffer {
  const sealed = Buffer.from(base64, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}
