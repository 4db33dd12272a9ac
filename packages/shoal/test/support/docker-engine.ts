import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

/** A Docker Engine of its own, with the image `busybox`; it touches no bridge and no packet filter of the machine. */
export type DockerEngine = {
  /** For DOCKER_HOST. */
  readonly host: string;
  docker(...args: string[]): string;
  stop(): Promise<void>;
};

export async function startDockerEngine(): Promise<DockerEngine> {
  const dir = await mkdtemp(join(tmpdir(), 'shoal-docker-'));
  const host = `unix://${join(dir, 'sock')}`;
  const folders = ['--data-root', join(dir, 'data'), '--exec-root', join(dir, 'exec'), '--pidfile', join(dir, 'pid')];
  const alone = ['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--storage-driver', 'vfs'];
  const daemon = spawn('dockerd', ['-H', host, ...folders, ...alone], { stdio: 'ignore' });
  const docker = (...args: string[]) => execFileSync('docker', ['-H', host, ...args], { encoding: 'utf8' }).trim();
  await until('the Docker Engine answers', () => docker('version', '--format', '{{.Server.Version}}'), 60_000);
  importBusybox(dir, docker);
  return {
    host,
    docker,
    async stop() {
      await ended(daemon);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function importBusybox(dir: string, docker: DockerEngine['docker']): void {
  const bin = join(dir, 'image', 'bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim(), join(bin, 'busybox'));
  execFileSync('ln', ['-s', 'busybox', join(bin, 'sh')]);
  execFileSync('tar', ['-C', join(dir, 'image'), '-cf', join(dir, 'busybox.tar'), '.']);
  docker('import', join(dir, 'busybox.tar'), 'busybox');
}

function ended(daemon: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    daemon.once('exit', () => resolve());
    daemon.kill('SIGTERM');
  });
}
