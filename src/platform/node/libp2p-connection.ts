/**
 * A stream of Node as libp2p takes a connection. What libp2p writes together goes out together, and a sender that is not
 * read is held back.
 */
import type { Duplex } from 'node:stream';
import type { AbortOptions, Logger, MultiaddrConnection } from '@libp2p/interface';
import { AbstractMultiaddrConnection } from '@libp2p/utils';
import type { Multiaddr } from '@multiformats/multiaddr';
import { bytesPass } from './heap-pace.ts';

export interface ConnectionFacts {
  readonly remoteAddr: Multiaddr;
  readonly direction: 'inbound' | 'outbound';
  readonly log: Logger;
}

export const connectionOver = (stream: Duplex, facts: ConnectionFacts): MultiaddrConnection =>
  new StreamConnection(stream, facts);

class StreamConnection extends AbstractMultiaddrConnection {
  readonly #stream: Duplex;

  constructor(stream: Duplex, facts: ConnectionFacts) {
    super(facts);
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => {
      bytesPass(bytes.length);
      this.onData(bytes);
    });
    stream.on('error', (error) => this.abort(error));
    stream.on('drain', () => this.safeDispatchEvent('drain'));
    stream.once('end', () => this.onTransportClosed());
    stream.once('close', () => this.onTransportClosed());
  }

  override sendData(data: Iterable<Uint8Array>): { sentBytes: number; canSendMore: boolean } {
    let sentBytes = 0;
    let canSendMore = true;
    // A message of noise comes as several small pieces: they go by one call of the system.
    this.#stream.cork();
    for (const bytes of data) {
      sentBytes += bytes.length;
      canSendMore = this.#stream.write(bytes);
    }
    this.#stream.uncork();
    bytesPass(sentBytes);
    return { sentBytes, canSendMore };
  }

  override async sendClose(options?: AbortOptions): Promise<void> {
    if (this.#stream.destroyed) return;
    const closed = new Promise<void>((done, failed) => {
      this.#stream.once('close', done);
      options?.signal?.addEventListener('abort', () => {
        this.#stream.destroy();
        failed(options.signal?.reason);
      });
    });
    this.#stream.end();
    await closed;
  }

  override sendReset(): void {
    this.#stream.destroy();
  }

  override sendPause(): void {
    this.#stream.pause();
  }

  override sendResume(): void {
    this.#stream.resume();
  }
}
