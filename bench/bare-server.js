/**
 * The limit that the relay is measured against: node:http that answers each post with its own body and writes it to
 * each subscriber, without reading, checking or keeping any of it. JavaScript, so that nothing but this is loaded.
 */
import { createServer } from 'node:http';

const blockBytes = Number(process.argv[2] ?? 0);
const subscribers = new Set();
/** Blocks of one turn of the event loop, which go out together. */
let waiting = [];

const server = createServer((request, response) => {
  if (request.method === 'GET') return subscribe(response);
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    const block = Buffer.alloc(Math.max(body.length + 8, blockBytes), ' ');
    block.write('data: ');
    body.copy(block, 6);
    block.write('\n\n', block.length - 2);
    if (waiting.length === 0) setImmediate(flush);
    waiting.push(block);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
});

function flush() {
  const bytes = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting);
  waiting = [];
  for (const subscriber of subscribers) subscriber.write(bytes);
}

function subscribe(response) {
  response.useChunkedEncodingByDefault = false;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': hello\n\n');
  subscribers.add(response);
  response.on('close', () => subscribers.delete(response));
}

server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
