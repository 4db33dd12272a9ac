import type { Diagnostic } from '@shoal/hcl';
import { parseRecursor } from '../dns/recursors/server-address.ts';
import type { AgentConfig } from './agent-config.ts';
import type { Merged } from './merge.ts';
import { problemAt } from './problem.ts';
import type { SettingName } from './settings.ts';

/** A label of a domain; underscores are none of host names, but are seen (RFC 2181 section 11). */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const MOST_DOMAIN_CHARACTERS = 200;

/** What is said about DNS that cannot be served or asked. */
export function dnsChecks({ dns }: Pick<AgentConfig, 'dns'>, merged: Merged): Diagnostic[] {
  return [
    ...[dns.domain].flatMap((domain) => domainProblem('dns.domain', domain, merged)),
    ...dns.altDomains.flatMap((domain) => domainProblem('dns.altDomains', domain, merged)),
    ...ttlProblem('dns.nodeTtl', 'node_ttl', dns.nodeTtl, merged),
    ...Object.entries(dns.serviceTtl).flatMap(([name, ttl]) =>
      ttlProblem('dns.serviceTtl', `service_ttl of "${name}"`, ttl, merged),
    ),
    ...dns.recursors.flatMap((recursor) => recursorProblem(recursor, merged)),
  ];
}

function domainProblem(setting: SettingName, domain: string, merged: Merged): Diagnostic[] {
  if (domain.length <= MOST_DOMAIN_CHARACTERS && domain.split('.').every((label) => LABEL.test(label))) return [];
  const detail = `"${domain}" cannot be the end of a name in DNS.`;
  const remedy = `use labels of letters, digits and hyphens, at most 63 each and ${MOST_DOMAIN_CHARACTERS} together, with dots between`;
  return [{ ...problemAt(merged, setting, 'The domain does not fit DNS', detail), remedy }];
}

/** RFC 2181 section 8. */
function ttlProblem(setting: SettingName, name: string, ttl: number, merged: Merged): Diagnostic[] {
  if (ttl >= 0 && ttl <= 0x7fff_ffff) return [];
  return [problemAt(merged, setting, `The ${name} is out of range`, `It is ${ttl} s; allowed is 0 to 2^31 - 1.`)];
}

function recursorProblem(recursor: string, merged: Merged): Diagnostic[] {
  if (parseRecursor(recursor)) return [];
  const detail = `"${recursor}" is no server that can be asked.`;
  const remedy =
    'write "IP", "IP:port", "[IPv6]:port", "tls://IP", "tls://IP#name.in.its.certificate" or "https://HOST/dns-query"';
  return [{ ...problemAt(merged, 'dns.recursors', 'A recursor cannot be read', detail), remedy }];
}
