import type { DriverInfo } from '@shoal/api';
import { messageOf } from '../../errors.ts';
import type { Engine } from './engine.ts';
import { EngineAwayError } from './errors.ts';
import { gatewayOf } from './resolvers.ts';
import type { DockerSettings } from './settings.ts';

const LOOK_MS = 5_000;

/**
 * What this node tells of its engine, in Nomad's attributes. An engine that was never there is not detected, which is nothing to complain of; one that
 * was, and does not answer now, is not healthy.
 */
export function createFingerprint(
  engine: Engine,
  settings: DockerSettings,
): { take(): Promise<DriverInfo>; bridge(): string | undefined } {
  let wasThere = false;
  let bridgeIp: string | undefined;

  async function attributes(): Promise<Record<string, string>> {
    const info = await engine.call<{ ServerVersion: string; OSType: string; Runtimes?: object }>('GET', '/info', {
      timeoutMs: LOOK_MS,
    });
    bridgeIp = await gatewayOf(engine, 'bridge');
    return {
      'driver.docker': 'true',
      'driver.docker.version': info.ServerVersion,
      'driver.docker.os_type': info.OSType,
      'driver.docker.runtimes': Object.keys(info.Runtimes ?? {})
        .sort()
        .join(','),
      ...(bridgeIp !== undefined && { 'driver.docker.bridge_ip': bridgeIp }),
      ...(settings.volumes.enabled && { 'driver.docker.volumes.enabled': 'true' }),
      ...(settings.allowPrivileged && { 'driver.docker.privileged.enabled': 'true' }),
    };
  }

  return {
    bridge: () => bridgeIp,
    async take() {
      const UpdateTime = new Date().toISOString();
      try {
        const found = await attributes();
        wasThere = true;
        return { Attributes: found, Detected: true, Healthy: true, HealthDescription: 'Healthy', UpdateTime };
      } catch (error) {
        const denied = error instanceof EngineAwayError && (error.cause as NodeJS.ErrnoException).code === 'EACCES';
        const reason = denied
          ? `${messageOf(error)} (the agent's user must be in the group "docker")`
          : messageOf(error);
        const HealthDescription =
          wasThere || denied ? `Failed to connect to docker daemon: ${reason}` : 'no Docker engine here';
        return { Attributes: {}, Detected: wasThere || denied, Healthy: false, HealthDescription, UpdateTime };
      }
    },
  };
}
