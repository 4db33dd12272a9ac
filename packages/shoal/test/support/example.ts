import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';

/** `examples/frontserve` of the repository. */
export const EXAMPLE = fileURLToPath(new URL('../../../../examples/frontserve/', import.meta.url));

export function exampleJob(name: 'backserve' | 'frontserve'): Promise<string> {
  return readFile(`${EXAMPLE}${name}.nomad.hcl`, 'utf8');
}

export type Artifacts = { readonly address: string; close(): void };

/** The server of the example's programs, on a free port. */
export async function exampleArtifacts(): Promise<Artifacts> {
  const module = (await import(`${EXAMPLE}artifacts.mjs`)) as {
    serveArtifacts(): Promise<{ server: Server; address: string }>;
  };
  const { server, address } = await module.serveArtifacts();
  return {
    address,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
