import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { sendTo } from '../../src/dns/udp.ts';

async function bound() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

// Both would otherwise be exceptions in an event handler, and those end the process.

test('a question from port 0, which anybody can forge, gets no answer and does no harm', async () => {
  const socket = await bound();
  onTestFinished(() => void socket.close());
  expect(() => sendTo(socket, { address: '127.0.0.1', port: 0 }, Buffer.from('x'))).not.toThrow();
});

test('an answer that comes after the socket was closed is lost', async () => {
  const socket = await bound();
  socket.close();
  expect(() => sendTo(socket, { address: '127.0.0.1', port: 9 }, Buffer.from('x'))).not.toThrow();
});
