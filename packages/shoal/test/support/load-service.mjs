// A service as it should be: told to end, it takes no new connections, finishes what it began, says goodbye to streams and WebSockets, and goes.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';

const { NOMAD_ALLOC_ID: id = '', NOMAD_PORT_http: port = '0', NOTES = '', WORK_MS = '5' } = process.env;
const TICK_MS = 50;
const GOING_AWAY = 1001;

const streams = new Set();
let lastRequestAt = 0;
let endingAt = 0;
let late = 0;

const server = createServer(async (request, response) => {
  if (request.url === '/health') return void response.end('fine');
  if (request.url === '/stream') return stream(response);
  lastRequestAt = Date.now();
  if (endingAt > 0) late += 1;
  let bytes = 0;
  for await (const chunk of request) bytes += chunk.length;
  await delay(Number(WORK_MS) * Math.random() * 2);
  response.setHeader('X-Instance', id);
  response.end(`${bytes}`);
}).listen(Number(port), process.env.NOMAD_IP_http);

function stream(response) {
  response.setHeader('X-Instance', id);
  let number = 0;
  const timer = setInterval(() => response.write(`${number++}\n`), TICK_MS);
  const end = () => {
    clearInterval(timer);
    streams.delete(end);
    response.end('end\n');
  };
  streams.add(end);
  response.once('close', end);
}

const sockets = new WebSocketServer({ server, path: '/socket' });
sockets.on('connection', (socket) => {
  socket.send(id);
  socket.on('message', (data) => socket.send(data));
});

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    endingAt = Date.now();
    server.close(() => {
      if (NOTES) appendFileSync(NOTES, `${JSON.stringify({ id, quietMs: endingAt - lastRequestAt, late })}\n`);
      process.exit(0);
    });
    server.closeIdleConnections();
    for (const end of [...streams]) end();
    for (const socket of sockets.clients) socket.close(GOING_AWAY);
  });
