import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE } from 'dns-packet';
import { onTestFinished } from 'vitest';
import { serveTcp } from '../../src/dns/tcp.ts';
import { createAuthority, issueCertificate } from '../../src/rpc/tls/authority.ts';
import { tempDir } from '../support/temp-dir.ts';

/** The public DNS, over TLS, as a provider offers it: a server with a certificate, and the file of the authority that made it. */
export type PublicDns = {
  readonly port: number;
  readonly name: string;
  readonly caFile: string;
  readonly asked: string[];
};

const NAME = 'dns.test';
const NXDOMAIN = 3;

/** Answers A with `addresses`; every other name is not there. Gone when the test is over. */
export async function publicDns(addresses: Readonly<Record<string, string>>): Promise<PublicDns> {
  const ca = await createAuthority({ name: 'Test', now: Date.now(), days: 1 });
  const agent = { role: 'server', region: 'global', dnsNames: [NAME], addresses: ['127.0.0.1'] } as const;
  const { key, certificate } = await issueCertificate(ca, agent, { now: Date.now(), days: 1 });
  const asked: string[] = [];
  const server = createServer({ key, cert: certificate }, (socket) =>
    serveTcp(socket, (message, _, reply) => reply(answer(message)), { idleTimeoutMs: 10_000, mostConnections: 99 }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const caFile = join(await tempDir(), 'ca.pem');
  await writeFile(caFile, ca.certificate);
  return { port: (server.address() as AddressInfo).port, name: NAME, caFile, asked };

  function answer(message: Buffer): Buffer {
    const { id, questions = [] } = decode(message);
    const [question] = questions;
    const name = question?.name.toLowerCase() ?? '';
    asked.push(name);
    const data = addresses[name];
    const found = data !== undefined && question?.type === 'A';
    return encode({
      type: 'response',
      id: id ?? 0,
      flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | (data === undefined ? NXDOMAIN : 0),
      questions,
      answers: found ? [{ type: 'A', name: question.name, ttl: 60, data }] : [],
    });
  }
}
