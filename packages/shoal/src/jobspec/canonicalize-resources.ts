import type { Affinity, RequestedDevice, Resources } from '@shoal/api';
import { CPU_MHZ, MEMORY_MB } from './defaults.ts';
import type { Draft } from './draft.ts';
import { fill } from './fill.ts';
import { weighted } from './weight.ts';

/** Also what a task without a `resources` block asks for. A task that asks for whole cores is not given MHz. */
export function canonicalResources(draft: Draft<Resources> | null): Resources {
  const cpu = draft?.Cores ? 0 : CPU_MHZ;
  const nothing = { DiskMB: null, IOPS: null, Networks: null, Devices: null };
  const resources = fill<Resources>(draft, { CPU: cpu, MemoryMB: MEMORY_MB, ...nothing });
  return {
    ...resources,
    Devices: resources.Devices?.map(canonicalDevice) ?? null,
    ...(resources.NUMA && { NUMA: { ...resources.NUMA, Affinity: resources.NUMA.Affinity || 'none' } }),
  };
}

function canonicalDevice(device: RequestedDevice): RequestedDevice {
  return { ...device, Count: device.Count ?? 1, Affinities: weighted<Affinity>(device.Affinities) };
}
