import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Listener, type ListenOptions } from '../../../src/http/shared/listener.ts';

function listener(given: Partial<ListenOptions> = {}): Listener {
  const made = new Listener({
    what: 'The test API',
    addresses: ['127.0.0.1'],
    port: 0,
    handle: (_, response) => response.end('here'),
    ...given,
  });
  onTestFinished(() => made.stop());
  return made;
}

test('listens on all its addresses with one port', async () => {
  const made = listener({ addresses: ['127.0.0.1', '127.0.0.2'] });
  await Promise.all([made.start(), made.start()]);
  const [first, second] = made.addresses();
  expect([first?.address, second?.address, second?.port]).toEqual(['127.0.0.1', '127.0.0.2', first?.port]);
  for (const { address, port } of made.addresses())
    expect(await (await fetch(`http://${address}:${port}/`)).text()).toBe('here');
});

test('a port that is taken is named, and nothing is left open', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.2', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const made = listener({ addresses: ['127.0.0.1', '127.0.0.2'], port });
  await expect(made.start()).rejects.toThrow(`The test API cannot listen on 127.0.0.2:${port}: the port is taken.`);
  expect(made.addresses()).toEqual([]);
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});

test('an address that this machine does not have is waited for', async () => {
  const missing: string[] = [];
  // From the block for documentation: nobody has it.
  const made = listener({
    addresses: ['192.0.2.1', '127.0.0.1'],
    onMissing: (address) => missing.push(address),
    retryMs: 5,
  });
  await made.start();
  expect(missing).toEqual(['192.0.2.1']);
  expect(made.addresses().map(({ address }) => address)).toEqual(['127.0.0.1']);
});

test('closing does not wait for connections on which nothing was asked', async () => {
  const made = listener();
  await made.start();
  const socket = connect(made.addresses()[0]?.port ?? 0, '127.0.0.1');
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  // The server hears of the connection a little later than the client.
  await (await fetch(`http://127.0.0.1:${made.addresses()[0]?.port}/`)).text();
  const started = performance.now();
  await made.stop();
  expect(performance.now() - started).toBeLessThan(900);
  await closed;
});

test('closing lets answers that are on their way finish', async () => {
  let answer: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const made = listener({
    handle: (_, response) => {
      answer();
      setTimeout(() => response.end('late'), 50);
    },
  });
  await made.start();
  const response = fetch(`http://127.0.0.1:${made.addresses()[0]?.port}/`);
  await asked;
  await made.stop();
  expect(await (await response).text()).toBe('late');
  await made.stop();
});
