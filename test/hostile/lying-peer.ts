/**
 * A peer that says what it likes: real handshakes and a real bond, and after that any bytes as messages. What it hears
 * is decoded and kept.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as rest } from 'node:timers/promises';
import { type Bond, createBond } from '../../src/core/route/bond.ts';
import type { Hello } from '../../src/core/sync/session/hello.ts';
import { decodeMessage, encodeMessage, type Message } from '../../src/core/sync/session/messages.ts';
import { decodeTicket, encodeTicket } from '../../src/core/ticket.ts';
import type { TransportStream } from '../../src/core/transport.ts';
import { clock, sha256, signerFromSeed } from '../../src/platform/node/crypto.ts';
import { createTlsTransport } from '../../src/platform/node/tls.ts';
import { createVerifier } from '../../src/platform/node/verifier.ts';
import { type FramedStream, framed } from '../../src/runtime/network/framing.ts';
import { certifyPeer, shakeHands } from '../../src/runtime/network/handshake.ts';
import { SYNC_PROTOCOL } from '../../src/runtime/network/network.ts';
import { send } from './support.ts';

type Test = { after(task: () => unknown): void };

export interface Liar {
  readonly heard: readonly Message[];
  /** Whether the other side still listens. */
  readonly isIn: () => boolean;
  /** Says it as soon as there is room; false where it was thrown out before. */
  say(message: Message | Uint8Array): Promise<boolean>;
  /** The next message of that type, or those heard before; undefined where it is thrown out first. */
  hears<T extends Message['type']>(
    type: T,
    fits?: (m: Extract<Message, { type: T }>) => boolean,
  ): Promise<Message | undefined>;
  /** Reads nothing from now on. */
  deafen(): void;
  /** Resolves once the other side has ended it. */
  readonly out: Promise<void>;
}

const WINDOW = 4_194_304;

/** The relay's ticket and its port for peers, by way of loopback. */
export async function invited(relay: { readonly port: number }): Promise<{ ticket: string; port: number }> {
  const { ticket } = JSON.parse((await send(relay.port, 'GET', '/ticket')).text) as { ticket: string };
  const known = decodeTicket(sha256, ticket);
  const port = Number(
    known.addresses
      .find((each) => each.startsWith('tls:'))
      ?.split(':')
      .at(-1),
  );
  return { ticket: encodeTicket(sha256, { ...known, addresses: [`tls://127.0.0.1:${port}`] }), port };
}

/** A stream to the peer of the ticket, with no word said on it. */
export async function reach(
  test: Test,
  ticket: string,
  seed = randomBytes(32),
): Promise<{ stream: TransportStream; line: FramedStream; hello(): Promise<Hello> }> {
  const { addresses, peer, invitation } = decodeTicket(sha256, ticket);
  const transport = createTlsTransport({ seed });
  test.after(() => transport.close());
  const address = addresses.find((each) => transport.dials(each)) ?? '';
  const stream = await transport.dial(address, { protocol: SYNC_PROTOCOL, key: peer });
  const hello = async (): Promise<Hello> => ({
    certificate: await certifyPeer(signerFromSeed(seed), transport.key, Date.now()),
    ...{ now: Date.now(), window: WINDOW, name: 'liar', addresses: [] },
    ...(invitation && { invitation }),
  });
  return { stream, line: framed(stream), hello };
}

export async function lie(test: Test, ticket: string, seed = randomBytes(32)): Promise<Liar> {
  const { line, stream, hello } = await reach(test, ticket, seed);
  const verifier = createVerifier();
  test.after(() => verifier.close());
  await shakeHands(line, await hello(), { verifier, clock }, async () => undefined);
  const bond: Bond = createBond({ session: randomBytes(16), now: performance.now() });
  bond.addPath('only', { group: 'only' }, performance.now());
  const heard: Message[] = [];
  const listeners = new Set<() => void>();
  let [isIn, isDeaf] = [true, false];
  let timer: NodeJS.Timeout | undefined;
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const step = (): void => {
    clearTimeout(timer);
    if (!isIn) return;
    const { frames, messages, wakeAt } = bond.take(performance.now());
    if (frames.length > 0) void line.send(frames.map(({ frame }) => frame)).catch(end);
    for (const bytes of messages) {
      const message = decodeMessage(bytes);
      if (message !== undefined) heard.push(message);
    }
    if (messages.length > 0) changed();
    if (wakeAt !== undefined) timer = setTimeout(step, Math.max(0, wakeAt - performance.now()));
  };
  let gone = (): void => {};
  const out = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const end = (): void => {
    isIn = false;
    clearTimeout(timer);
    gone();
    changed();
  };
  test.after(() => {
    stream.abort();
    end();
  });
  const listen = async (): Promise<void> => {
    for (;;) {
      const frame = await line.receive();
      if (frame === undefined) return;
      if (isDeaf) return new Promise(() => {});
      bond.receive('only', frame, performance.now());
      step();
    }
  };
  void listen().then(end, end);
  step();
  return {
    ...{ heard, out },
    isIn: () => isIn,
    deafen() {
      isDeaf = true;
    },
    async say(message) {
      const bytes = message instanceof Uint8Array ? message : encodeMessage(message);
      while (isIn && !bond.send(bytes, {}, performance.now())) {
        step();
        await rest(5);
      }
      step();
      return isIn;
    },
    hears(type, fits = () => true) {
      return new Promise((resolve) => {
        const look = (): void => {
          const found = heard.find((message) => message.type === type && fits(message as never));
          if (found === undefined && isIn) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      });
    },
  };
}
