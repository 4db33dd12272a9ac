import type { TaskSpec } from '../driver.ts';

/** `linux.resources` of the runtime specification. */
export type Limits = {
  devices: { allow: boolean; access: string }[];
  cpu: { shares: number; period?: number; quota?: number };
  memory: { limit?: number; reservation?: number; swap?: number };
};

export type LimitsInput = {
  resources: TaskSpec['resources'];
  cpuHardLimit: boolean;
  coreMHz: number;
  /** Whether this machine can keep a group from swapping. */
  limitsSwap: boolean;
};

const MEGABYTE = 1024 * 1024;
const PERIOD_US = 100_000;
const LEAST_QUOTA_US = 1_000;
const LEAST_SHARES = 2;

/** CPU by shares, or with a quota; memory hard, and not swapped out. With `memory_max` that is hard, and `memory` is what the task keeps when memory is short. */
export function limitsOf({ resources, cpuHardLimit, coreMHz, limitsSwap }: LimitsInput): Limits {
  const { cpuMHz, memoryMB, memoryMaxMB } = resources;
  const hardMB = memoryMaxMB < 0 ? undefined : Math.max(memoryMB, memoryMaxMB);
  const quota = Math.max(LEAST_QUOTA_US, Math.round((cpuMHz / coreMHz) * PERIOD_US));
  const limit = hardMB && hardMB * MEGABYTE;
  return {
    devices: [{ allow: false, access: 'rwm' }],
    cpu: { shares: Math.max(LEAST_SHARES, Math.round(cpuMHz)), ...(cpuHardLimit && { period: PERIOD_US, quota }) },
    memory: {
      ...(limit !== undefined && { limit }),
      ...(limit !== memoryMB * MEGABYTE && { reservation: memoryMB * MEGABYTE }),
      ...(limit !== undefined && limitsSwap && { swap: limit }),
    },
  };
}
