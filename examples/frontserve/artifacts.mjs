// Serves the folder of the example's programs, as an object store would. Ends with whoever started it.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./programs/', import.meta.url));

/** Listens on loopback, or on an address that other hosts reach; answers with the server and its address. */
export async function serveArtifacts(port = 0, host = '127.0.0.1') {
  const known = new Set(await readdir(folder));
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1);
    if (!known.has(name)) return response.writeHead(404).end();
    return createReadStream(`${folder}${name}`).pipe(response.writeHead(200, { 'content-type': 'text/javascript' }));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { server, address: `http://${host}:${server.address().port}` };
}
