import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentName, KeyPairPem } from './authority.ts';
import { CertificateFileError, OtherClusterError } from './errors.ts';

/** An agent's certificate is made anew when less than this is left of it. */
const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
export const AGENT_DAYS = 365;

/** What an agent needs to talk to the others: its own key pair, and the authority that it believes. */
export type Identity = { readonly authority: string; readonly certificate: string; readonly key: string };

/**
 * The identity of a server, from `dir`; the cluster's authority and the certificate are made there at the first start.
 * Files: `ca.pem`, `ca-key.pem`, `agent.pem`, `agent-key.pem`, keys readable by the owner only.
 */
export async function serverIdentity(dir: string, agent: AgentName, now: number): Promise<Identity> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const authority = (await readAuthority(dir)) ?? (await makeAuthority(dir, agent.region, now));
  const kept = await readPair(dir, 'agent');
  const own =
    kept && usable(kept, authority.certificate, now) ? kept : await makeCertificate(dir, authority, agent, now);
  return { authority: authority.certificate, ...own };
}

/** The cluster's authority with its key, where it was made. Throws OtherClusterError where this agent has joined a cluster of others. */
export async function readAuthority(dir: string): Promise<KeyPairPem | undefined> {
  const pair = await readPair(dir, 'ca');
  if (!pair && (await keptIdentity(dir)) !== undefined) throw new OtherClusterError(dir);
  return pair;
}

/** One file, so that it is replaced as a whole: authority, certificate and key, one after the other. */
const MEMBER_FILE = 'member.pem';
const BLOCK = /-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----\n?/g;

/** The identity that was kept when this agent joined a cluster. */
export async function keptIdentity(dir: string): Promise<Identity | undefined> {
  const text = (await readIfThere(join(dir, MEMBER_FILE))) ?? '';
  const [authority, certificate, key] = [...text.matchAll(BLOCK)].map(([block]) => block);
  if (authority === undefined || certificate === undefined || key === undefined) return undefined;
  return { authority, certificate, key };
}

export async function keepIdentity(dir: string, { authority, certificate, key }: Identity): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const blocks = [authority, certificate, key].map((block) => `${block.trim()}\n`);
  await replaceFile(join(dir, MEMBER_FILE), blocks.join(''), 0o600);
}

export type IdentityFiles = { readonly caFile: string; readonly certFile: string; readonly keyFile: string };

/** Certificates that the user brings. Throws CertificateFileError. */
export async function identityFromFiles({ caFile, certFile, keyFile }: IdentityFiles): Promise<Identity> {
  const [authority, certificate, key] = await Promise.all([caFile, certFile, keyFile].map(readGiven));
  const identity = { authority: authority ?? '', certificate: certificate ?? '', key: key ?? '' };
  for (const [file, pem] of [
    [caFile, identity.authority],
    [certFile, identity.certificate],
  ] as const)
    if (!isCertificate(pem)) throw new CertificateFileError(file, 'it holds no certificate (PEM)');
  return identity;
}

/** Whether it is time for a new certificate. */
export function isRenewalDue({ certificate }: Pick<Identity, 'certificate'>, now: number): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) - now <= RENEW_BEFORE_MS;
}

/** Names an authority in join tokens and files: SHA-256 of its certificate. */
export function fingerprint(authority: string): Buffer {
  return createHash('sha256').update(new X509Certificate(authority).raw).digest();
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

function usable(pair: KeyPairPem, authority: string, now: number): boolean {
  const certificate = new X509Certificate(pair.certificate);
  const issued = certificate.verify(new X509Certificate(authority).publicKey);
  return issued && certificate.checkPrivateKey(createPrivateKey(pair.key)) && !isRenewalDue(pair, now);
}

async function readPair(dir: string, name: string): Promise<KeyPairPem | undefined> {
  const [certificate, key] = await Promise.all([
    readIfThere(join(dir, `${name}.pem`)),
    readIfThere(join(dir, `${name}-key.pem`)),
  ]);
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readGiven(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CertificateFileError(path, error instanceof Error ? error.message : String(error));
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
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
