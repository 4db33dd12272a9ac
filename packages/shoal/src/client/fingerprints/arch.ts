import type { Fingerprint } from './fingerprint.ts';

/** Go's names for processors, which job files compare with. */
const GO_NAMES: Record<string, string> = { x64: 'amd64', ia32: '386' };

export const archFingerprint: Fingerprint = {
  name: 'arch',
  periodic: false,
  async run({ machine }) {
    const name = machine.arch();
    return { attributes: { 'cpu.arch': GO_NAMES[name] ?? name } };
  },
};
