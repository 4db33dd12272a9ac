import type { DriverInfo } from '@shoal/api';
import type { Driver } from '../drivers/driver.ts';
import { messageOf } from '../errors.ts';
import type { Fingerprint } from './fingerprint.ts';

/** Asks each driver whether it can run tasks here. A driver that comes or goes later (Docker) changes the node. */
export const driversFingerprint: Fingerprint = {
  name: 'drivers',
  periodic: true,
  async run({ drivers, now }) {
    const found = await Promise.all(drivers.map(async (driver) => [driver.name, await ask(driver, now)] as const));
    const ready = found.filter(([, info]) => info.Detected && info.Healthy);
    const own = Object.assign({}, ...ready.map(([, info]) => info.Attributes)) as Record<string, string>;
    const present = Object.fromEntries(ready.map(([name]) => [`driver.${name}`, '1']));
    return { attributes: { ...own, ...present }, drivers: Object.fromEntries(found) };
  },
};

async function ask(driver: Driver, now: () => number): Promise<DriverInfo> {
  try {
    return await driver.fingerprint();
  } catch (error) {
    const UpdateTime = new Date(now()).toISOString();
    return { Attributes: {}, Detected: false, Healthy: false, HealthDescription: messageOf(error), UpdateTime };
  }
}
