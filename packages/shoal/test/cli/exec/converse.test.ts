import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { converse } from '../../../src/cli/exec/converse.ts';
import { openExecSocket } from '../../../src/cli/exec/exec-socket.ts';

const frame = (text: string) => Buffer.concat([Buffer.from([0x81, Buffer.byteLength(text)]), Buffer.from(text)]);
const CLOSED = Buffer.from([0x88, 2, 0x03, 0xe8]);
/** RFC 6455, 4.2.2. */
const accept = (key: string) =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

it('loses nothing that comes together with the handshake', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      const [, key = ''] = /sec-websocket-key: (\S+)/i.exec(String(request)) ?? [];
      const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(key)}\r\n\r\n`;
      const said = ['{"stdout":{"data":"aGVsbG8K"}}', '{"exited":true,"result":{"exit_code":5}}'].map(frame);
      socket.write(Buffer.concat([Buffer.from(head), ...said, CLOSED]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const wanted = { alloc: 'a', task: 't', command: ['true'], terminal: false };
  const socket = await openExecSocket({ address, tls: {} }, wanted);
  // Whoever takes the socket may have other things to do first.
  await new Promise((resolve) => setImmediate(resolve));
  const user = { input: new PassThrough(), output: new PassThrough(), errors: new PassThrough() };
  const code = await converse(socket, user, { interactive: false, terminal: false, leaveKey: undefined });
  expect([code, String(user.output.read())]).toEqual([5, 'hello\n']);
});
