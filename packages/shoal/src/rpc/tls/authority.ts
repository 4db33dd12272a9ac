import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  type PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { type AgentRole, nodeCertificateName, roleName } from '../protocol.ts';

/**
 * The cluster's own certificate authority (RFC 5280 profile: P-256 keys, a root that signs agents' certificates directly).
 * Its certificates are only ever checked by agents of the same cluster.
 */
cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Clocks of the machines may differ. */
const SKEW_MS = DAY_MS;

export type KeyPairPem = { readonly certificate: string; readonly key: string };

export type AgentName = {
  readonly role: AgentRole;
  readonly region: string;
  /** The one node that the certificate is good for; without it, any. */
  readonly nodeId?: string;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
};

export type Validity = { readonly now: number; readonly days: number };

export async function createAuthority(options: { name: string; now: number; days: number }): Promise<KeyPairPem> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${options.name}`,
    notBefore: new Date(options.now - SKEW_MS),
    notAfter: new Date(options.now + options.days * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** A key pair for one agent, signed by the authority. */
export async function issueCertificate(
  authority: KeyPairPem,
  agent: AgentName,
  validity: Validity,
): Promise<KeyPairPem> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await sign(authority, keys.publicKey, agent, validity);
  return { certificate, key: await exportKey(keys.privateKey) };
}

/** A new key, and the request (PKCS #10) to sign it. What the certificate will say is up to the authority. */
export async function createRequest(): Promise<{ request: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=shoal',
    keys,
    signingAlgorithm: ALGORITHM,
  });
  return { request: request.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** The certificate for a request's key; undefined when the request is not one that its key has signed. */
export async function certifyRequest(
  authority: KeyPairPem,
  request: string,
  agent: AgentName,
  validity: Validity,
): Promise<string | undefined> {
  const parsed = await readRequest(request);
  return parsed && sign(authority, parsed.publicKey, agent, validity);
}

async function readRequest(pem: string): Promise<Pkcs10CertificateRequest | undefined> {
  try {
    const request = new Pkcs10CertificateRequest(pem);
    return (await request.verify()) ? request : undefined;
  } catch {
    return undefined;
  }
}

async function sign(
  authority: KeyPairPem,
  publicKey: webcrypto.CryptoKey | PublicKey,
  agent: AgentName,
  { now, days }: Validity,
): Promise<string> {
  const issuer = new X509Certificate(authority.certificate);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${roleName(agent.role, agent.region)}`,
    issuer: issuer.subject,
    notBefore: new Date(now - SKEW_MS),
    notAfter: new Date(Math.min(now + days * DAY_MS, issuer.notAfter.getTime())),
    signingAlgorithm: ALGORITHM,
    publicKey,
    signingKey: await importKey(authority.key),
    extensions: await agentExtensions(issuer, publicKey, agent),
  });
  return certificate.toString('pem');
}

async function agentExtensions(
  issuer: X509Certificate,
  publicKey: webcrypto.CryptoKey | PublicKey,
  agent: AgentName,
): Promise<Extension[]> {
  const usages =
    agent.role === 'server'
      ? [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]
      : [ExtendedKeyUsage.clientAuth];
  const ofNode = agent.nodeId === undefined ? [] : [nodeCertificateName(agent.nodeId, agent.region)];
  const names = [roleName(agent.role, agent.region), ...ofNode, 'localhost', ...agent.dnsNames].map((value) => ({
    type: 'dns' as const,
    value,
  }));
  const addresses = [...new Set(['127.0.0.1', ...agent.addresses])].map((value) => ({ type: 'ip' as const, value }));
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(usages),
    new SubjectAlternativeNameExtension([...names, ...addresses]),
    await SubjectKeyIdentifierExtension.create(publicKey),
    await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
  ];
}

/** 127 bits: RFC 5280 wants a positive number of at most 20 octets. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}
