// The data behind the page: says who it is, as JSON. Listens on the port that the agent chose for it.
import { createServer } from 'node:http';

const port = Number(process.env.NOMAD_PORT_http);
const self = {
  service: 'backserve',
  allocation: process.env.NOMAD_ALLOC_ID,
  index: Number(process.env.NOMAD_ALLOC_INDEX),
  node: process.env.NODE_NAME,
  address: process.env.NOMAD_IP_http,
  port,
};
let requests = 0;

const server = createServer((request, response) => {
  if (request.url === '/health') return response.end('ok\n');
  requests += 1;
  console.log(`${request.method} ${request.url}`);
  response.writeHead(200, { 'content-type': 'application/json' });
  return response.end(`${JSON.stringify({ ...self, requests })}\n`);
});
server.listen(port, self.address, () => console.log(`backserve ${self.index} listens on ${self.address}:${port}`));

// What has begun is finished; the balancer has taken this instance out before the signal comes.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
