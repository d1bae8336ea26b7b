/** Listens, and lets in no more connections, in all and from one address, than may be. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface DoorOptions {
  readonly port: number;
  readonly host?: string | undefined;
  readonly most: number;
  readonly mostPerAddress: number;
  enter(socket: Socket): void;
}

export interface Door {
  readonly port: number;
  close(): Promise<void>;
}

/** On all addresses, IPv6 where the machine has it, unless one was given. Rejects with the system's error. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const inside = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const address = socket.remoteAddress ?? '';
    const here = inside.get(address) ?? 0;
    if (sockets.size >= options.most || here >= options.mostPerAddress) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    inside.set(address, here + 1);
    socket.on('close', () => {
      sockets.delete(socket);
      const left = (inside.get(address) ?? 1) - 1;
      if (left === 0) inside.delete(address);
      else inside.set(address, left);
    });
    options.enter(socket);
  });
  await listen(server, options).catch((error) => {
    if (options.host !== undefined || error.code !== 'EAFNOSUPPORT') throw error;
    return listen(server, { ...options, host: '0.0.0.0' });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, { port, host }: DoorOptions): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen({ port, host: host ?? '::' }, () => {
      server.off('error', fail);
      done();
    });
  });
}
