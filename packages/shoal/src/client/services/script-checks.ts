import type { Service, ServiceCheck } from '@shoal/api';
import { interpolate } from '../env/interpolate.ts';
import { messageOf } from '../errors.ts';
import type { HookContext } from '../hooks/hook.ts';
import type { RegisteredStatus } from '../registrar.ts';
import { checkId } from './checks.ts';
import { groupServiceId, taskServiceId } from './registrations.ts';

/**
 * Runs the script checks of a task inside of it, and reports what they say, until `over`
 * (https://developer.hashicorp.com/nomad/docs/job-specification/check).
 */
export function runScriptChecks(context: HookContext, over: AbortSignal): void {
  for (const check of scriptChecksOf(context)) void attend(context, check, over);
}

export type ScriptCheck = { id: string; check: ServiceCheck; command: readonly string[] };

/** A group's service is announced a moment after its last task has started. */
const UNKNOWN_AGAIN_MS = 250;

async function attend(context: HookContext, { id, check, command }: ScriptCheck, over: AbortSignal): Promise<void> {
  const { registrar, clock } = context.services;
  while (!over.aborted) {
    const { status, output } = await runOnce(context, check, command, over);
    if (over.aborted) return;
    const known = registrar.report(id, status, output);
    await clock.sleep(known ? check.Interval / 1e6 : UNKNOWN_AGAIN_MS, over);
  }
}

/** 0 is passing, 1 a warning, everything else critical; so is a script that takes too long or cannot be run. */
async function runOnce(
  { life }: HookContext,
  check: ServiceCheck,
  command: readonly string[],
  over: AbortSignal,
): Promise<{ status: RegisteredStatus; output: string }> {
  const timeoutMs = check.Timeout / 1e6;
  const started = performance.now();
  try {
    const { exitCode, output } = await life.exec(command, { timeoutMs, signal: over });
    if (performance.now() - started >= timeoutMs && exitCode > 128) {
      return { status: 'critical', output: `Timed out (${timeoutMs / 1000}s) running check\n\n${output}` };
    }
    return { status: exitCode === 0 ? 'passing' : exitCode === 1 ? 'warning' : 'critical', output };
  } catch (error) {
    return { status: 'critical', output: messageOf(error) };
  }
}

/** The task's own, and the group's that are to run in this task. */
export function scriptChecksOf({ allocation, group, task, env: { variables } }: HookContext): ScriptCheck[] {
  const fill = (text: string) => interpolate(text, variables);
  const scripts = (service: Service, serviceId: string) =>
    (service.Checks ?? [])
      .filter(({ Type }) => Type === 'script')
      .map((check) => ({
        id: checkId(serviceId, check),
        check,
        command: [fill(check.Command), ...(check.Args ?? []).map(fill)],
      }));
  const own = (task.Services ?? []).flatMap((service) =>
    scripts(service, taskServiceId(allocation, task, service, variables)),
  );
  const shared = (group.Services ?? []).flatMap((service) =>
    scripts(service, groupServiceId(allocation, group, service, variables)).filter(
      ({ check }) => (check.TaskName || service.TaskName) === task.Name,
    ),
  );
  return [...own, ...shared];
}
