import { isAbsolute } from 'node:path';
import type { Diagnostic } from '@shoal/hcl';
import { optionsWithoutEffect } from '../client/client-options.ts';
import { dockerSettings } from '../client/drivers/docker/settings.ts';
import { execSettings } from '../client/drivers/exec/settings.ts';
import { rawExecSettings } from '../client/drivers/raw-exec-settings.ts';
import { networkMistakes } from '../client/network/settings.ts';
import type { AgentConfig } from './agent-config.ts';
import { dnsChecks } from './dns-checks.ts';
import type { Merged } from './merge.ts';
import { problemAt } from './problem.ts';

const DNS_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** What only the whole can tell: what is missing, and what does not go together. */
export function wholeChecks(config: AgentConfig, merged: Merged): Diagnostic[] {
  const checks: Diagnostic[] = [];
  if (!DNS_LABEL.test(config.nodeName)) checks.push(nodeNameProblem(config, merged));
  if (config.dataDir === undefined && !config.dev) {
    checks.push({
      severity: 'error',
      summary: 'No data folder is given',
      detail: 'The agent keeps its state there.',
      remedy: 'set data_dir = "/var/lib/shoal" in a file, or start with -data-dir (with -dev it is not needed)',
    });
  }
  const { dataDir } = merged.values;
  if (dataDir !== undefined && !isAbsolute(dataDir)) {
    checks.push({
      ...problemAt(merged, 'dataDir', 'data_dir is relative', `It means ${config.dataDir} now.`),
      severity: 'warning',
    });
  }
  if (config.client.minDynamicPort > config.client.maxDynamicPort) {
    const detail = `It is greater than max_dynamic_port, ${config.client.maxDynamicPort}.`;
    checks.push(
      problemAt(merged, 'client.minDynamicPort', `min_dynamic_port is ${config.client.minDynamicPort}`, detail),
    );
  }
  return [
    ...checks,
    ...tlsChecks(merged),
    ...dnsChecks(config, merged),
    ...driverChecks(config, merged),
    ...optionChecks(config, merged),
    ...pluginChecks(config, merged),
    ...networkChecks(config, merged),
    ...roleChecks(config, merged),
    ...datacenterChecks(config, merged),
  ];
}

/** What the drivers themselves say of their plug-in blocks and client options. */
function driverChecks({ plugins, client }: AgentConfig, merged: Merged): Diagnostic[] {
  const { options, chrootEnv } = client;
  const read = {
    docker: dockerSettings({ plugin: plugins['docker']?.config ?? {}, options }),
    raw_exec: rawExecSettings({ plugin: plugins['raw_exec']?.config ?? {}, options }),
    exec: execSettings({ plugin: plugins['exec']?.config ?? {}, options, chrootEnv }),
  };
  return Object.entries(read).flatMap(([driver, { mistakes }]) =>
    mistakes.map((mistake) =>
      problemAt(merged, 'plugins', `The settings of the ${driver} driver are wrong`, sentence(mistake), driver),
    ),
  );
}

const DRIVERS = ['docker', 'exec', 'raw_exec'];

/** What is said of things that are not there is heard by nobody. */
function pluginChecks({ plugins, client }: AgentConfig, merged: Merged): Diagnostic[] {
  const others = client.enabled ? Object.keys(plugins).filter((name) => !DRIVERS.includes(name)) : [];
  return others.map((name) => ({
    ...problemAt(
      merged,
      'plugins',
      `plugin "${name}" has no effect`,
      `There is no such plug-in here: ${DRIVERS.join(', ')} are built in.`,
      name,
    ),
    severity: 'warning',
  }));
}

function optionChecks({ client }: AgentConfig, merged: Merged): Diagnostic[] {
  return optionsWithoutEffect(client.options).map((name) => ({
    ...problemAt(
      merged,
      'client.options',
      `The option "${name}" has no effect`,
      'Everything that can be found out about a node is found out.',
      name,
    ),
    severity: 'warning',
  }));
}

function networkChecks({ client }: AgentConfig, merged: Merged): Diagnostic[] {
  return networkMistakes(client.network).map(({ setting, mistake, remedy }) =>
    problemAt(merged, `client.network.${setting}`, mistake, remedy),
  );
}

function sentence(text: string): string {
  return text.endsWith('?') ? text : `${text}.`;
}

const TLS_FILES = ['tls.caFile', 'tls.certFile', 'tls.keyFile'] as const;

function tlsChecks(merged: Merged): Diagnostic[] {
  const given = TLS_FILES.filter((name) => merged.values[name]);
  const [first] = given;
  if (first === undefined || given.length === TLS_FILES.length) return [];
  const detail = 'An agent with certificates of its own needs three files: ca_file, cert_file and key_file.';
  const remedy = 'give all three, or none: then the cluster makes its own certificates';
  // Consul's agents may have the authority alone (auto_encrypt), or a certificate for its API alone.
  const half = given.includes('tls.certFile') !== given.includes('tls.keyFile');
  if (merged.origins.get(first)?.from === 'consul' && !half) {
    const unused = `${detail} Without them the cluster makes its own certificates, and agents know each other by those.`;
    const problem = problemAt(merged, first, 'The files for TLS are not used', unused);
    return [{ ...problem, severity: 'warning', remedy: 'give all three, or none' }];
  }
  return [{ ...problemAt(merged, first, 'A file for TLS is missing', detail), remedy }];
}

/** As Consul names datacenters. */
const DATACENTER = /^[a-z0-9_-]+$/;

function datacenterChecks({ datacenter, remoteDatacenters }: AgentConfig, merged: Merged): Diagnostic[] {
  return Object.keys(remoteDatacenters).flatMap((name) => {
    const problem = (summary: string, detail: string) => [problemAt(merged, 'remoteDatacenters', summary, detail)];
    if (!DATACENTER.test(name))
      return problem(
        `remote_datacenter "${name}" is no name of a datacenter`,
        'Names have letters, digits, hyphens and underscores.',
      );
    if (name === datacenter.toLowerCase())
      return problem(`remote_datacenter "${name}" is this agent's own`, 'The block is for other datacenters.');
    return [];
  });
}

function nodeNameProblem(config: AgentConfig, merged: Merged): Diagnostic {
  const detail = `"${config.nodeName}" is no DNS label, so that ${config.nodeName}.node.${config.dns.domain} cannot be asked for.`;
  const remedy = 'use letters, digits and hyphens, at most 63';
  return { ...problemAt(merged, 'nodeName', 'The node name does not fit DNS', detail), severity: 'warning', remedy };
}

function roleChecks(config: AgentConfig, merged: Merged): Diagnostic[] {
  const joins = config.join.addresses.length + config.client.servers.length > 0;
  const checks: Diagnostic[] = [];
  if (!config.server.enabled && !joins) {
    checks.push({
      severity: 'warning',
      summary: config.client.enabled ? 'The client knows no server' : 'The agent is no server and knows none',
      detail: 'It has nothing to get its work and its catalog from.',
      remedy: 'name servers to join (retry_join, or servers in the client block), or make it a server',
    });
  }
  const expect = config.server.bootstrapExpect;
  if (config.server.enabled && expect > 1 && expect % 2 === 0) {
    const detail = `${expect} servers bear no more failures than ${expect - 1}: a majority is needed.`;
    checks.push({
      ...problemAt(merged, 'server.bootstrapExpect', 'An even number of servers', detail),
      severity: 'warning',
    });
  }
  return checks;
}
