import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { freePort, startProgram, untilWith } from './program.ts';
import { deregisterService, registerService } from './register.ts';

// nginx asks the agent again and again for the address of a name in `proxy_pass`, as its `resolver` directive does it.

test('follows a service from address to address', async () => {
  const agent = await testAgent({ dev: true });
  const [port, backend] = [await freePort(), await freePort()];
  const instance = async (address: string) => {
    const server = createServer((_, response) => response.end(address));
    server.listen(backend, address);
    await once(server, 'listening');
    onTestFinished(() => void server.close().closeAllConnections());
    await registerService(agent, { Name: 'shop', ID: address, Address: address, Port: backend });
  };
  const config = join(agent.folder, 'nginx.conf');
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${agent.folder}/${name};`,
  );
  await writeFile(
    config,
    `daemon off;
pid ${agent.folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temp.join('\n  ')}
  resolver 127.0.0.1:${agent.ports.dns} valid=1s ipv6=off;
  server {
    listen 127.0.0.1:${port};
    location / {
      set $shop shop.service.consul;
      proxy_pass http://$shop:${backend};
    }
  }
}
`,
  );
  const nginx = await startProgram('nginx', ['-p', agent.folder, '-e', 'stderr', '-c', config], agent.folder);
  const answer = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    return `${response.status} ${await response.text()}`;
  };

  await untilWith(nginx, 'without an instance it is a bad gateway', async () => (await answer()).startsWith('502'));
  await instance('127.0.0.2');
  await untilWith(nginx, 'the first answers', async () => (await answer()) === '200 127.0.0.2');
  await instance('127.0.0.3');
  await deregisterService(agent, '127.0.0.2');
  await untilWith(nginx, 'the second answers', async () => (await answer()) === '200 127.0.0.3');
  for (let asked = 0; asked < 20; asked += 1) expect(await answer()).toBe('200 127.0.0.3');
}, 120_000);
