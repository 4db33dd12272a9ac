import type { Fingerprint, Machine } from './fingerprint.ts';

/** MHz per core where the machine does not tell (many virtual and ARM machines): low, so that it is not promised more than it has. */
const UNKNOWN_MHZ = 1_000;

export const cpuFingerprint: Fingerprint = {
  name: 'cpu',
  periodic: false,
  async run({ machine, config }) {
    const { cores, model, mhz } = parseCpuInfo((await machine.readText('/proc/cpuinfo')) ?? '');
    const frequency = Math.round((await fastestMHz(machine)) ?? mhz ?? UNKNOWN_MHZ);
    const total = config.cpuTotalCompute || frequency * cores;
    const attributes: Record<string, string> = {
      'cpu.numcores': String(cores),
      'cpu.frequency': String(frequency),
      'cpu.totalcompute': String(total),
      'cpu.reservablecores': String(cores),
    };
    if (model !== undefined) attributes['cpu.modelname'] = model;
    return { attributes, cpuMHz: total, cores };
  },
};

/** What /proc/cpuinfo says: one paragraph for each core. ARM kernels name no model and no speed. */
export function parseCpuInfo(text: string): { cores: number; model: string | undefined; mhz: number | undefined } {
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}[ \\t]*:[ \\t]*(.+)$`, 'gm'))].map((found) => found[1]);
  const speeds = values('cpu MHz')
    .map(Number)
    .filter((mhz) => mhz > 0);
  return {
    cores: Math.max(1, values('processor').length),
    model: values('model name')[0]?.trim(),
    mhz: speeds.length > 0 ? Math.max(...speeds) : undefined,
  };
}

// The speed in /proc/cpuinfo is that of the moment; idle cores are slow.
async function fastestMHz(machine: Machine): Promise<number | undefined> {
  const kHz = Number(await machine.readText('/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq'));
  return kHz > 0 ? kHz / 1_000 : undefined;
}
