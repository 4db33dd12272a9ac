// Many blocking queries, each on a connection of its own, as watchers of services hold them.
import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * Watches each path; `onChange(path, now)` at each answer after the first. Resolves when all of them wait. The result closes them.
 */
export async function watchAll(url, paths, onChange) {
  const { hostname, port } = new URL(url);
  const sockets = [];
  const open = async (path) => {
    const socket = connect(Number(port), hostname).setNoDelay();
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    await new Promise((resolve) => watch(socket, path, resolve, onChange));
  };
  // A hundred at once, so that nobody's backlog is full.
  for (let from = 0; from < paths.length; from += 100) await Promise.all(paths.slice(from, from + 100).map(open));
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

/** Asks again with each answer's index. */
function watch(socket, path, onFirst, onChange) {
  let received = '';
  let answers = 0;
  const ask = (index) => socket.write(`GET ${path}&index=${index} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    if (!isWhole(received)) return;
    const index = /^x-consul-index: (\d+)/im.exec(received)[1];
    received = '';
    ask(index);
    answers += 1;
    if (answers === 1) onFirst();
    else onChange(path, performance.now());
  });
  ask(0);
}

/** Whether an answer is there, with its body: of a known length, or in chunks. */
function isWhole(received) {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /^content-length: (\d+)/im.exec(received);
  return length ? received.length >= end + 4 + Number(length[1]) : received.endsWith('\r\n0\r\n\r\n');
}
