// Many registrations over a few connections that stay open.
import { Agent, request } from 'node:http';

const CONNECTIONS = 64;

/** Sends all bodies by PUT. Resolves with the seconds that it took. */
export async function putAll(url, bodies) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const begun = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < bodies.length) {
      const body = JSON.stringify(bodies[next]);
      next += 1;
      await put(agent, url, body);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  agent.destroy();
  return (performance.now() - begun) / 1000;
}

function put(agent, url, body) {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent, method: 'PUT', headers: { 'content-length': Buffer.byteLength(body) } });
    asking.once('error', reject);
    asking.once('response', (answer) => {
      answer.resume();
      if (answer.statusCode === 200) answer.once('end', resolve);
      else reject(new Error(`PUT ${url}: ${answer.statusCode}`));
    });
    asking.end(body);
  });
}

/** `services` services with so many instances each, on ten nodes. */
export function registrations(services, instances, prefix = 'app') {
  return Array.from({ length: services * instances }, (_, at) => ({
    Node: `node-${at % 10}`,
    Address: `10.1.0.${at % 10}`,
    SkipNodeUpdate: at >= 10,
    Service: { ID: `${prefix}-${at}`, Service: `${prefix}-${Math.floor(at / instances)}`, Port: 1024 + (at % 60_000) },
    Check: { CheckID: `check-${prefix}-${at}`, Name: 'alive', Status: 'passing', ServiceID: `${prefix}-${at}` },
  }));
}
