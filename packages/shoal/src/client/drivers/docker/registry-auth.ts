import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { messageOf } from '../../errors.ts';
import type { ImageName } from './image-name.ts';
import type { DockerSettings } from './settings.ts';
import type { TaskConfig } from './task-config.ts';

/** What the engine shows a registry, as the API's `X-Registry-Auth` header. */
export type Credentials = { username: string; password: string; email?: string; serveraddress: string };

const HUB_KEY = 'https://index.docker.io/v1/';
const HELPER_MS = 30_000;

/**
 * Credentials for an image: of the job, else of the operator's file, else of the operator's helper. Undefined where nobody has some. Throws `Error` for a
 * file or helper that cannot be used.
 */
export async function credentialsFor(
  image: ImageName,
  job: TaskConfig['auth'],
  { config, helper }: DockerSettings['auth'],
): Promise<Credentials | undefined> {
  if (job?.username !== undefined || job?.password !== undefined) {
    const { username = '', password = '', email, server_address: server } = job;
    return { username, password, ...(email && { email }), serveraddress: server ?? image.registry };
  }
  const fromFile = config === undefined ? undefined : await inFile(config, image);
  return fromFile ?? (helper === undefined ? undefined : askHelper(helper, image));
}

/** With its padding, which Node's `base64url` leaves out and engines insist on. */
export function authHeader(credentials: Credentials): Record<string, string> {
  const base64 = Buffer.from(JSON.stringify(credentials)).toString('base64');
  return { 'x-registry-auth': base64.replaceAll('+', '-').replaceAll('/', '_') };
}

type ConfigFile = {
  auths?: Record<string, { auth?: string; username?: string; password?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
};

async function inFile(path: string, image: ImageName): Promise<Credentials | undefined> {
  const file = JSON.parse(
    await readFile(path, 'utf8').catch((error) => {
      throw new Error(`Failed to open auth config file: ${path}, error: ${messageOf(error)}`);
    }),
  ) as ConfigFile;
  for (const key of keysOf(image)) {
    const entry = file.auths?.[key];
    if (entry?.auth !== undefined || entry?.username !== undefined) return decoded(entry, image.registry);
  }
  const helper =
    keysOf(image)
      .map((key) => file.credHelpers?.[key])
      .find(Boolean) ?? file.credsStore;
  return helper === undefined ? undefined : askHelper(helper, image);
}

function keysOf({ registry }: ImageName): string[] {
  const plain = [registry, `https://${registry}`, `http://${registry}`];
  return registry === 'index.docker.io' ? [HUB_KEY, 'docker.io', ...plain] : plain;
}

function decoded(
  { auth, username = '', password = '' }: { auth?: string; username?: string; password?: string },
  registry: string,
) {
  const text = auth === undefined ? `${username}:${password}` : Buffer.from(auth, 'base64').toString();
  const colon = text.indexOf(':');
  return { username: text.slice(0, colon), password: text.slice(colon + 1), serveraddress: registry };
}

/** The protocol of https://github.com/docker/docker-credential-helpers: the registry on standard input, JSON on standard output. */
function askHelper(helper: string, { registry }: ImageName): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  const server = registry === 'index.docker.io' ? HUB_KEY : registry;
  return new Promise((resolve, reject) => {
    const child = execFile(program, ['get'], { timeout: HELPER_MS }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.trim();
      if (error !== null && /credentials not found/i.test(said)) return resolve(undefined);
      if (error !== null) return reject(new Error(`${program} get: ${said || error.message}`));
      try {
        const { Username = '', Secret = '' } = JSON.parse(stdout) as { Username?: string; Secret?: string };
        return resolve({ username: Username, password: Secret, serveraddress: registry });
      } catch {
        return reject(new Error(`${program} get: its answer is no JSON`));
      }
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(server);
  });
}
