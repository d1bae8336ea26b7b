/**
 * The HTTP server around the routes: timeouts, bodies read whatever their content type says, CORS and hardening
 * headers, and one form for every failure.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import { LIMITS } from '../core/registry.ts';
import { isTrusted } from './address.ts';
import { createBodyReader } from './body.ts';
import { type ConnectionLimits, guardConnections } from './connections.ts';
import { asRefusal } from './errors.ts';
import type { Log } from './logs.ts';
import type { Policy } from './policy.ts';
import { createThrottle } from './throttle.ts';

export interface ServerOptions {
  readonly connections: ConnectionLimits;
  readonly policy: Policy;
  readonly log: Log;
  readonly now: () => number;
  readonly headersFor: (request: FastifyRequest) => Readonly<Record<string, string>>;
}

/** By an import, Node would read all that node:http exports, and load its HTTP client (undici, 4 MB) for one of them. */
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');

const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;
const KEEP_ALIVE_MS = 10_000;
/** A reader that takes nothing of its answer for so long is gone. */
const IDLE_MS = 60_000;
const CHECK_MS = 2_000;
const HEADER_BYTES = 16_384;
const LOGGED_REFUSALS_PER_SECOND = 5;

/** The core's parsers check what comes in, and name the field; without schemas their compilers need not be loaded. */
const NO_SCHEMAS = {
  buildValidator: () => () => () => true,
  buildSerializer: () => () => (value: unknown) => JSON.stringify(value),
} as unknown as NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;

/** One name for all bodies, so that no content type can keep JSON from being read. */
const ANY = 'application/octet-stream';

export function createServer(options: ServerOptions): FastifyInstance {
  const app = Fastify({
    bodyLimit: LIMITS.requestBytes,
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    schemaController: { compilersFactory: NO_SCHEMAS },
    serverFactory: (handler) => listenFor(handler, options),
    frameworkErrors: (error, request, reply) => fail(error, request, reply, options.log),
  });
  const readBody = createBodyReader();
  const mayLog = createThrottle(LOGGED_REFUSALS_PER_SECOND, options.now);

  app.removeAllContentTypeParsers();
  app.addContentTypeParser(ANY, (request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload, request.headers['content-length'], () => request.raw.destroy()),
  );
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(options.headersFor(request));
    if (request.method === 'OPTIONS') reply.code(204).send();
    else done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    logAnswer(options.log, mayLog, request, reply);
    done();
  });
  app.setErrorHandler((error, request, reply) => fail(error, request, reply, options.log));
  return app;
}

function listenFor(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  options: ServerOptions,
): Server {
  const server = createHttpServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: HEADER_BYTES,
      noDelay: true,
    },
    (request, response) => {
      request.headers['content-type'] = ANY;
      handler(request, response);
    },
  );
  server.setTimeout(IDLE_MS);
  server.on('clientError', refuseMalformed);
  guardConnections(server, options.connections, (address) => isTrusted(address, options.policy.trustedProxies));
  return server;
}

/** What is no HTTP gets a short answer and loses its connection. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = STATUS[error.code ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify({ error: status.slice(4).toLowerCase() });
  const head = ['content-type: application/json', `content-length: ${body.length}`, 'connection: close'];
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

const STATUS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

function fail(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const refusal = asRefusal(error, request.id);
  if (refusal.status >= 500 && refusal.status !== 503 && refusal.status !== 507) {
    log.error({ err: error, reqId: request.id, route: request.routeOptions?.url }, 'Cannot answer a request');
  }
  if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter));
  return reply.code(refusal.status).type('application/json; charset=utf-8').send(JSON.stringify(refusal.body));
}

function logAnswer(log: Log, mayLog: () => boolean, request: FastifyRequest, reply: FastifyReply): void {
  const level = reply.statusCode < 400 ? 'debug' : 'info';
  if (!log.isLevelEnabled(level) || (level === 'info' && !mayLog())) return;
  const { method, id: reqId } = request;
  const route = request.routeOptions?.url;
  log[level]({ reqId, method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'Answered');
}
