import { constants } from 'node:os';
import type { Fingerprint } from './fingerprint.ts';

/** Kernel, distribution, host name, and the signals that a task can be sent. */
export const hostFingerprint: Fingerprint = {
  name: 'host',
  periodic: false,
  async run({ machine }) {
    const { id, version } = parseOsRelease((await machine.readText('/etc/os-release')) ?? '');
    return {
      attributes: {
        'kernel.name': machine.platform(),
        'kernel.version': machine.release(),
        'os.name': id ?? machine.platform(),
        'os.version': (await exactVersion(id, machine.readText)) ?? version ?? '',
        'os.signals': Object.keys(constants.signals).sort().join(','),
        'unique.hostname': machine.hostname(),
      },
    };
  },
};

/** Lines of /etc/os-release: `ID=debian`, `VERSION_ID="12"`. */
export function parseOsRelease(text: string): { id: string | undefined; version: string | undefined } {
  const value = (key: string) => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1];
  return { id: value('ID'), version: value('VERSION_ID') };
}

// Debian's os-release stops at the major version.
async function exactVersion(id: string | undefined, readText: (path: string) => Promise<string | undefined>) {
  if (id !== 'debian') return undefined;
  const text = (await readText('/etc/debian_version'))?.trim();
  return text !== undefined && /^\d/.test(text) ? text : undefined;
}
