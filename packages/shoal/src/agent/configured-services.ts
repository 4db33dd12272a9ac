import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RegistrationRules } from '../catalog/registry/check-run.ts';
import type { CheckDefinition, ServiceDefinition } from '../catalog/registry/definitions.ts';
import type { Registry } from '../catalog/registry/registry.ts';
import { checkFromRequest, serviceFromRequest } from '../catalog/registry/validate.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { agentCheckBody, agentServiceRequest } from '../http/consul/bodies.ts';
import type { Log } from '../log.ts';

type Configured = { readonly services: readonly string[]; readonly checks: readonly string[] };
type Wanted = {
  readonly services: readonly { service: ServiceDefinition; checks: CheckDefinition[] }[];
  readonly checks: readonly CheckDefinition[];
};

export type ConfiguredServices = {
  /** Registers what the configuration defines, and removes what an earlier one defined and this does not. */
  apply(config: Pick<AgentConfig, 'services' | 'checks'>): Promise<void>;
};

export type ConfiguredServicesDeps = {
  readonly registry: Registry;
  readonly rules: RegistrationRules;
  /** Keeps which services are from the configuration. */
  readonly file: string;
  readonly log: Log;
};

/** Services and checks of Consul's `service`, `services`, `check` and `checks`. One that cannot be registered is told of, and the others are. */
export function configuredServices({ registry, rules, file, log }: ConfiguredServicesDeps): ConfiguredServices {
  return {
    async apply(config) {
      const wanted = read(config);
      const ids: Configured = {
        services: wanted.services.map(({ service }) => service.id),
        checks: wanted.checks.map(({ id }) => id),
      };
      const before = await known(file);
      for (const id of before.services) if (!ids.services.includes(id)) await registry.deregisterService(id);
      for (const id of before.checks) if (!ids.checks.includes(id)) await registry.deregisterCheck(id);
      for (const { service, checks } of wanted.services)
        await guarded(`service "${service.name}"`, () =>
          registry.registerService(service, checks, { replaceChecks: true }),
        );
      for (const check of wanted.checks) await guarded(`check "${check.name}"`, () => registry.registerCheck(check));
      await keep(file, ids);
    },
  };

  function read({ services, checks }: Pick<AgentConfig, 'services' | 'checks'>): Wanted {
    return {
      services: services.flatMap((body) =>
        attempt(`service "${String(body['name'] ?? body['id'])}"`, () =>
          serviceFromRequest(agentServiceRequest(apiForm(body), ''), rules),
        ),
      ),
      checks: checks.flatMap((body) =>
        attempt(`check "${String(body['name'] ?? body['id'])}"`, () =>
          checkFromRequest(agentCheckBody(checkForm(body), ''), rules),
        ),
      ),
    };
  }

  function attempt<T>(what: string, step: () => T): T[] {
    try {
      return [step()];
    } catch (error) {
      refused(what, error);
      return [];
    }
  }

  async function guarded(what: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      refused(what, error);
    }
  }

  function refused(what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    log.error({ reason }, `config: the ${what} of the configuration cannot be registered`);
  }
}

/** Several `check` blocks are the API's `Checks`. */
function apiForm({ check, checks, ...service }: Record<string, unknown>): Record<string, unknown> {
  const all = [check, checks].flat().filter((one) => typeof one === 'object' && one !== null);
  return { ...service, Checks: all.map((one) => checkForm(one as Record<string, unknown>)) };
}

/** `script` is a line for the shell, as older versions of Consul had it. */
function checkForm({ script, ...check }: Record<string, unknown>): Record<string, unknown> {
  return typeof script === 'string' ? { ...check, args: ['/bin/sh', '-c', script] } : check;
}

async function known(file: string): Promise<Configured> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Configured;
  } catch {
    // None yet: nothing is from an earlier configuration.
    return { services: [], checks: [] };
  }
}

async function keep(file: string, ids: Configured): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(ids));
}
