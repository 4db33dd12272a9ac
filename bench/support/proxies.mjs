// HAProxy and nginx as balancers of the same instances, and nginx as these instances; one process each, on free ports.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, until } from './shoal.mjs';

export async function startHaproxy(program, dir, ports) {
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

export async function startNginxProxy(program, dir, ports) {
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

/** Serves files of these sizes, each under its number of bytes. */
export async function startInstances(program, dir, ports, sizes) {
  for (const bytes of sizes) writeFileSync(join(dir, String(bytes)), 'x'.repeat(bytes));
  const listen = ports.map((port) => `listen 127.0.0.1:${port};`).join(' ');
  const config = `server { ${listen} root ${dir}; keepalive_requests 100000000; open_file_cache max=10; sendfile on; }`;
  return startNginx(program, dir, 'instances', config, ports[0]);
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
    pid: child.pid,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
