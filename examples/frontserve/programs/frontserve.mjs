// The page. For each request it finds the instances of backserve in DNS (SRV), asks one of them, and shows who answered both halves.
import { Resolver } from 'node:dns/promises';
import { createServer } from 'node:http';

const port = Number(process.env.NOMAD_PORT_http);
const service = process.env.BACKSERVE ?? 'backserve.service.consul';
const self = {
  service: 'frontserve',
  allocation: process.env.NOMAD_ALLOC_ID,
  index: Number(process.env.NOMAD_ALLOC_INDEX),
  node: process.env.NODE_NAME,
  address: process.env.NOMAD_IP_http,
  port,
};
const resolver = new Resolver({ timeout: 1_000, tries: 2 });
resolver.setServers([process.env.DNS_SERVER ?? '127.0.0.1:8600']);

const server = createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok\n');
  console.log(`${request.method} ${request.url}`);
  try {
    const back = await askBackserve();
    const json = request.headers.accept?.includes('application/json');
    response.writeHead(200, {
      'content-type': json ? 'application/json' : 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
    return response.end(json ? `${JSON.stringify({ front: self, back })}\n` : page(self, back));
  } catch (error) {
    console.error(`backserve: ${error.message}`);
    response.writeHead(502, { 'content-type': 'text/plain' });
    return response.end(`frontserve ${self.allocation} found no backserve: ${error.message}\n`);
  }
});
server.listen(port, self.address, () => console.log(`frontserve ${self.index} listens on ${self.address}:${port}`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));

/** Tries the instances in the random order in which DNS gives them. */
async function askBackserve() {
  const instances = await resolver.resolveSrv(service);
  let failure = new Error(`${service} has no instance`);
  for (const { name, port: instancePort } of instances) {
    try {
      const [address] = await resolver.resolve4(name);
      const answer = await fetch(`http://${address}:${instancePort}/`, { signal: AbortSignal.timeout(2_000) });
      if (answer.ok) return await answer.json();
      failure = new Error(`status ${answer.status}`);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function page(front, back) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>frontserve on Shoal</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
  h1 { font-size: 1.4rem }
  .halves { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem }
  section { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .6rem; padding: .4rem 1rem 1rem; border-left: .5rem solid var(--who) }
  h2 { font-size: 1.05rem }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0 }
  dt { opacity: .7 } dd { margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere }
</style>
<h1>This page came from two services. Refresh, and watch who serves it change.</h1>
<div class="halves">${half(front, 'the page')}${half(back, 'the data, found in DNS')}</div>
</html>
`;
}

function half(who, what) {
  const hue = Number.parseInt(who.allocation?.slice(0, 4) ?? '0', 16) % 360;
  return `<section style="--who: hsl(${hue} 70% 50%)"><h2>${who.service} ${who.index}: ${what}</h2><dl>
<dt>allocation</dt><dd>${who.allocation}</dd><dt>node</dt><dd>${who.node}</dd>
<dt>address</dt><dd>${who.address}</dd><dt>port</dt><dd>${who.port}</dd></dl></section>`;
}
