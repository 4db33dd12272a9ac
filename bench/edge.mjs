// The edge's embedded proxy beside HAProxy and nginx: the same instances, the same client (wrk, 64 connections), one process each.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianProgram } from './support/debian.mjs';
import { freePort, json, startShoal, until } from './support/shoal.mjs';

const SECONDS = 5;
const CONNECTIONS = 64;
const INSTANCES = 3;
const SIZES = [
  ['small', 20],
  ['100 kB', 100_000],
];

export async function bench() {
  const [wrk, haproxy, nginx] = ['wrk', 'haproxy', 'nginx'].map((program) => debianProgram(program));
  const rows = [];
  if (wrk && nginx) rows.push(...(await besidePeers({ wrk, haproxy, nginx })));
  return [...rows, await untilLastRequest()];
}

async function besidePeers({ wrk, haproxy, nginx }) {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-edge-'));
  const ports = await Promise.all(Array.from({ length: INSTANCES }, () => freePort()));
  const instances = await startNginx(nginx, dir, 'instances', instancesConfig(dir, ports), ports[0]);
  const shoal = await startShoal();
  await publish(shoal, ports);
  const proxies = { shoal: { port: shoal.edgePort, stop: () => shoal.stop() } };
  if (haproxy) proxies.haproxy = await startHaproxy(haproxy, dir, ports);
  proxies.nginx = await startNginxProxy(nginx, dir, ports);
  try {
    const rows = [];
    for (const [size, bytes] of SIZES) rows.push(...rowsOf(size, measureAll(wrk, proxies, bytes)));
    return rows;
  } finally {
    for (const { stop } of [...Object.values(proxies), instances]) await stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** In turn, twice; the better run of each counts. */
function measureAll(wrk, proxies, bytes) {
  const best = {};
  for (let round = 0; round < 2; round += 1)
    for (const [name, { port }] of Object.entries(proxies)) {
      const run = measure(wrk, `http://127.0.0.1:${port}/${bytes}`);
      if (!best[name] || run.rate > best[name].rate) best[name] = run;
    }
  return best;
}

function measure(wrk, url) {
  const output = execFileSync(wrk, ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--latency', url], {
    encoding: 'utf8',
  });
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`${url} failed under load:\n${output}`);
  const [, p99, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(output);
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]),
    p99: Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit],
  };
}

function rowsOf(size, { shoal, ...peers }) {
  return Object.entries(peers).map(([name, peer]) => ({
    what: `edge, ${size} answers, ${CONNECTIONS} connections`,
    ours: shown(shoal),
    peer: `${name === 'haproxy' ? 'HAProxy' : 'nginx'} ${shown(peer)}`,
    ratio: `${(shoal.rate / peer.rate).toFixed(2)} ×`,
    target: '',
    met: undefined,
  }));
}

function shown({ rate, p99 }) {
  return `${Math.round(rate).toLocaleString('en')}/s, p99 ${p99.toFixed(1)} ms`;
}

async function publish(shoal, ports) {
  for (const port of ports)
    await json(`${shoal.consul}/v1/agent/service/register`, {
      method: 'PUT',
      body: JSON.stringify({
        ID: `web-${port}`,
        Name: 'web',
        Address: '127.0.0.1',
        Port: port,
        Tags: ['shoal.route=/'],
      }),
    }).catch(unlessEmpty);
  await until('the edge serves', async () => (await fetch(`http://127.0.0.1:${shoal.edgePort}/20`)).ok);
}

/** Consul answers these with nothing. */
function unlessEmpty(error) {
  if (!(error instanceof SyntaxError)) throw error;
}

async function startHaproxy(program, dir, ports) {
  const port = await freePort();
  const file = join(dir, 'haproxy.cfg');
  const servers = ports.map((one) => `  server s${one} 127.0.0.1:${one}`).join('\n');
  writeFileSync(
    file,
    `global
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  http-reuse always
  option forwardfor
frontend in
  bind 127.0.0.1:${port}
  default_backend web
backend web
  balance leastconn
${servers}
`,
  );
  return startedOn(port, spawn(program, ['-db', '-f', file], { stdio: 'ignore' }));
}

async function startNginxProxy(program, dir, ports) {
  const port = await freePort();
  const servers = ports.map((one) => `server 127.0.0.1:${one};`).join(' ');
  const config = `upstream web { least_conn; ${servers} keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 100000000;
    location / {
      proxy_pass http://web;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }`;
  return startNginx(program, dir, 'proxy', config, port);
}

function instancesConfig(dir, ports) {
  for (const [, bytes] of SIZES) writeFileSync(join(dir, String(bytes)), 'x'.repeat(bytes));
  const listen = ports.map((port) => `listen 127.0.0.1:${port};`).join(' ');
  return `server { ${listen} root ${dir}; keepalive_requests 100000000; open_file_cache max=10; sendfile on; }`;
}

function startNginx(program, dir, name, http, port) {
  const file = join(dir, `${name}.conf`);
  writeFileSync(
    file,
    `worker_processes 1;
daemon off;
pid ${join(dir, `${name}.pid`)};
error_log ${join(dir, `${name}.log`)};
user root;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${dir}; proxy_temp_path ${dir}; fastcgi_temp_path ${dir}; uwsgi_temp_path ${dir}; scgi_temp_path ${dir};
  ${http}
}
`,
  );
  return startedOn(port, spawn(program, ['-c', file, '-p', dir], { stdio: 'ignore' }));
}

async function startedOn(port, child) {
  await until(`port ${port} answers`, async () => (await fetch(`http://127.0.0.1:${port}/20`)) !== undefined);
  return {
    port,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const ROUNDS = 10;

/** From the moment in which a check says critical to the last request that its instance gets, under a steady load. */
async function untilLastRequest() {
  const shoal = await startShoal();
  const lastAt = [0, 0];
  const servers = [0, 1].map((at) =>
    createServer((_, response) => {
      lastAt[at] = performance.now();
      response.end();
    }),
  );
  const put = (path, body) => fetch(`${shoal.consul}${path}`, { method: 'PUT', body: body && JSON.stringify(body) });
  for (const [at, server] of servers.entries()) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    await put('/v1/agent/service/register', {
      ...{ ID: `w${at}`, Name: 'web', Address: '127.0.0.1', Port: server.address().port, Tags: ['shoal.route=/'] },
      Check: { CheckID: `c${at}`, TTL: '10m', Status: 'passing' },
    });
  }
  let isOver = false;
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver)
      await fetch(`http://127.0.0.1:${shoal.edgePort}/`)
        .then((answer) => answer.text())
        .catch(() => undefined);
  });
  const times = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      await put('/v1/agent/check/update/c0', { Status: 'passing' });
      const from = performance.now();
      await until('both get requests', () => lastAt[0] > from && lastAt[1] > from);
      const criticalAt = performance.now();
      await put('/v1/agent/check/update/c0', { Status: 'critical' });
      await new Promise((resolve) => setTimeout(resolve, 300));
      times.push(Math.max(0, lastAt[0] - criticalAt));
    }
  } finally {
    isOver = true;
    await Promise.all(load);
    for (const server of servers) server.close();
    await shoal.stop();
  }
  times.sort((a, b) => a - b);
  return {
    what: 'from a check that turns critical to the last request sent there',
    ours: `median ${times[ROUNDS / 2].toFixed(0)} ms, most ${times.at(-1).toFixed(0)} ms`,
    peer: '',
    ratio: '',
    target: '',
    met: undefined,
  };
}
