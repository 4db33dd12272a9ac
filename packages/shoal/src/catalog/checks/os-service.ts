import { execFile } from 'node:child_process';
import type { OsServiceCheckRun, Outcome } from '../registry/definitions.ts';

/** Asks systemd for a unit of this machine. Never rejects. */
export function runOsServiceCheck({ service, timeoutMs }: OsServiceCheckRun, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const args = ['show', '--property=LoadState,ActiveState,SubState', '--', service];
    execFile('systemctl', args, { timeout: timeoutMs, signal }, (error, stdout, stderr) => {
      if (!error) return resolve(unitOutcome(service, stdout));
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const reason = isMissing ? 'systemctl is not on this machine' : stderr.trim() || error.message;
      resolve({ status: 'warning', output: `The state of ${service} is not known: ${reason}` });
    });
  });
}

/** Running is passing, stopped or missing is critical, all else (starting, reloading) a warning: the rule of Consul's documentation. */
export function unitOutcome(service: string, shown: string): Outcome {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(shown)?.[1] ?? '';
  const [load, active, sub] = [value('LoadState'), value('ActiveState'), value('SubState')];
  if (load === 'not-found') return { status: 'critical', output: `There is no unit ${service}` };
  const output = `Unit ${service} is ${active}${sub === '' ? '' : ` (${sub})`}`;
  if (active === 'active') return { status: 'passing', output };
  return { status: active === 'inactive' || active === 'failed' ? 'critical' : 'warning', output };
}
