import { access, writeFile } from 'node:fs/promises';
import { defineCommand } from '../command.ts';
import { CommandError } from '../errors.ts';

const DEFAULT_DAYS = 1825;

export const command = defineCommand({
  usage: '[flags]',
  description: `Makes an authority in this folder: DOMAIN-agent-ca.pem, and its key DOMAIN-agent-ca-key.pem. It is needed only by those who want
certificates of their own: without it a cluster makes its authority itself, and hands certificates out by join tokens.`,
  args: [0, 0],
  flags: {
    domain: { kind: 'text', value: 'DOMAIN', help: 'Domain of the names in certificates; default consul' },
    days: { kind: 'number', value: 'COUNT', help: `Days that it is valid; default ${DEFAULT_DAYS}` },
    'common-name': { kind: 'text', value: 'NAME', help: 'Name of the authority' },
  },
  examples: ['tls ca create', 'tls ca create -days 3650'],
  async run({ flags, io }) {
    const { createAuthority } = await import('../../rpc/tls/authority.ts');
    const domain = flags.domain ?? 'consul';
    const files = { certificate: `${domain}-agent-ca.pem`, key: `${domain}-agent-ca-key.pem` };
    for (const file of Object.values(files)) await refuseExisting(file);
    const name = flags['common-name'] ?? `Shoal Agent CA ${domain}`;
    const pair = await createAuthority({ name, now: io.now(), days: flags.days ?? DEFAULT_DAYS });
    await writeFile(files.key, pair.key, { mode: 0o600 });
    await writeFile(files.certificate, pair.certificate);
    io.out(`==> Saved ${files.certificate}\n==> Saved ${files.key}\n`);
    return 0;
  },
});

async function refuseExisting(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CommandError(`${file} is there already: remove it, or go to another folder`);
}
