import { execFileSync, spawnSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';

test('DNS on an interface that is not there at the start is served on all its ports when it comes', async () => {
  const hosts = await makeHosts(['late']);
  onTestFinished(() => hosts.dispose());
  const inside = (...argv: string[]) => hosts.network.command('late', argv);
  const run = ([program = '', ...args]: string[]) => execFileSync(program, args, { encoding: 'utf8' });
  const agent = await hosts.agent(
    'late',
    `server { enabled = true }
addresses { dns = "bridge9" }
dns { ports = [53] }`,
  );
  await agent.start();
  expect(agent.log()).toContain('bridge9');

  run(inside('ip', 'link', 'add', 'bridge9', 'type', 'veth', 'peer', 'name', 'plug'));
  run(inside('ip', 'addr', 'add', '10.99.0.1/24', 'dev', 'bridge9'));
  for (const end of ['bridge9', 'plug']) run(inside('ip', 'link', 'set', end, 'up'));
  const dig = (port: number) => {
    const [program = '', ...args] = inside(
      'dig',
      '@10.99.0.1',
      '-p',
      String(port),
      '+short',
      '+tries=1',
      '+time=2',
      'late.node.consul',
    );
    return spawnSync(program, args, { encoding: 'utf8' }).stdout.trim();
  };
  for (const port of [8600, 53])
    expect(
      await until(`it is served on ${port}`, () => /^\d+\.\d+\.\d+\.\d+$/.test(dig(port)) && dig(port), 30_000),
    ).toBe(agent.address);
}, 60_000);
