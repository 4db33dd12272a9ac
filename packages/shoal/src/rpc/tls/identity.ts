import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentName, KeyPairPem } from './authority.ts';

/** An agent's certificate is made anew when less than this is left of it. */
const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
const AGENT_DAYS = 365;

/** What an agent needs to talk to the others: its own key pair, and the authority that it believes. */
export type Identity = { readonly authority: string; readonly certificate: string; readonly key: string };

/**
 * The identity of a server, from `dir`; the cluster's authority and the certificate are made there at the first start.
 * Files: `ca.pem`, `ca-key.pem`, `agent.pem`, `agent-key.pem`, keys readable by the owner only.
 */
export async function serverIdentity(dir: string, agent: AgentName, now: number): Promise<Identity> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const authority = (await readPair(dir, 'ca')) ?? (await makeAuthority(dir, agent.region, now));
  const kept = await readPair(dir, 'agent');
  const own = kept && usable(kept, authority, now) ? kept : await makeCertificate(dir, authority, agent, now);
  return { authority: authority.certificate, ...own };
}

async function makeAuthority(dir: string, region: string, now: number): Promise<KeyPairPem> {
  // Loaded only when a key is made: an X.509 writer is a big thing for a start-up that merely reads one.
  const { createAuthority } = await import('./authority.ts');
  const pair = await createAuthority({ name: `Shoal CA ${region}`, now, days: AUTHORITY_DAYS });
  await writePair(dir, 'ca', pair);
  return pair;
}

async function makeCertificate(dir: string, authority: KeyPairPem, agent: AgentName, now: number): Promise<KeyPairPem> {
  const { issueCertificate } = await import('./authority.ts');
  const pair = await issueCertificate(authority, agent, { now, days: AGENT_DAYS });
  await writePair(dir, 'agent', pair);
  return pair;
}

function usable(pair: KeyPairPem, authority: KeyPairPem, now: number): boolean {
  const certificate = new X509Certificate(pair.certificate);
  const issued = certificate.verify(new X509Certificate(authority.certificate).publicKey);
  return issued && Date.parse(certificate.validTo) - now > RENEW_BEFORE_MS;
}

async function readPair(dir: string, name: string): Promise<KeyPairPem | undefined> {
  try {
    const [certificate, key] = await Promise.all([
      readFile(join(dir, `${name}.pem`), 'utf8'),
      readFile(join(dir, `${name}-key.pem`), 'utf8'),
    ]);
    return { certificate, key };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The key first: a certificate without its key would look complete after a crash. */
async function writePair(dir: string, name: string, pair: KeyPairPem): Promise<void> {
  await replaceFile(join(dir, `${name}-key.pem`), pair.key, 0o600);
  await replaceFile(join(dir, `${name}.pem`), pair.certificate, 0o644);
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, text, { mode });
  await rename(temporary, path);
}
