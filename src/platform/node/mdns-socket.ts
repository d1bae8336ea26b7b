/** The sockets of multicast DNS: one that hears all interfaces, and one for each of them that speaks. */
import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { RemoteError } from '../../core/errors.ts';
import { watchOwnHosts } from './own-addresses.ts';

export interface MulticastSocket {
  /** To everybody on the local network; what cannot be sent is lost. */
  send(bytes: Uint8Array): void;
  onMessage(listener: (bytes: Uint8Array, from: string) => void): void;
  close(): Promise<void>;
}

const GROUP = '224.0.0.251';
const PORT = 5353;
const HOPS = 255;

/** `hosts` are the addresses of the interfaces; they are looked up anew when the machine's addresses change. */
export async function openMulticast(
  options: { port?: number; hosts?: () => readonly string[] } = {},
): Promise<MulticastSocket> {
  const { port = PORT, hosts = interfaceHosts } = options;
  const ear = createSocket({ type: 'udp4', reuseAddr: true });
  const mouths = new Map<string, Socket>();
  await bind(ear, port);
  ear.on('error', () => {});
  const join = (): void => {
    const now = new Set(hosts());
    for (const host of now) if (!mouths.has(host)) mouths.set(host, speakAt(host, port, ear));
    for (const [host, mouth] of mouths) {
      if (now.has(host)) continue;
      mouths.delete(host);
      mouth.close();
    }
  };
  join();
  const stopWatching = watchOwnHosts(join);
  return {
    send(bytes) {
      for (const mouth of mouths.values()) mouth.send(bytes, port, GROUP, () => {});
    },
    onMessage: (listener) => void ear.on('message', (bytes, from) => listener(bytes, from.address)),
    async close() {
      stopWatching();
      await Promise.all([ear, ...mouths.values()].map((socket) => new Promise<void>((done) => socket.close(done))));
    },
  };
}

function speakAt(host: string, port: number, ear: Socket): Socket {
  const mouth = createSocket({ type: 'udp4', reuseAddr: true });
  mouth.on('error', () => {});
  mouth.bind({ address: host, port }, () => {
    attempt(() => mouth.setMulticastInterface(host));
    attempt(() => mouth.setMulticastTTL(HOPS));
    attempt(() => mouth.setMulticastLoopback(true));
  });
  mouth.unref();
  attempt(() => ear.addMembership(GROUP, host));
  return mouth;
}

/** An interface that has just gone is no reason to stop. */
function attempt(task: () => void): void {
  try {
    task();
  } catch {
    // The next look at the interfaces tries again.
  }
}

function bind(socket: Socket, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      const message = `Cannot look for peers on this network: UDP port ${port}: ${cause.message}; is another program holding it?`;
      reject(new RemoteError(message, { cause }));
    });
    socket.bind(port, () => {
      socket.removeAllListeners('error');
      socket.unref();
      resolve();
    });
  });
}

const interfaceHosts = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
