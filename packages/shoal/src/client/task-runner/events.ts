import type { TaskEvent } from '@shoal/api';
import { formatDuration } from '../../duration.ts';

/**
 * The events of a task in Nomad's types and words (https://developer.hashicorp.com/nomad/api-docs/allocations). Each function makes a complete
 * event; `Details` carry what is particular to the type, and the flat fields repeat it for older readers. Times are Unix milliseconds.
 */
export type EventMaker = (nowMs: number) => TaskEvent;

/** As many as an allocation shows; the oldest go first. */
export const EVENTS_KEPT = 10;

/** Adds an event to a task's list. */
export function withEvent(events: TaskEvent[], event: TaskEvent): TaskEvent[] {
  return [...events, event].slice(-EVENTS_KEPT);
}

export const received = (): EventMaker => make('Received', 'Task received by client');
export const started = (): EventMaker => make('Started', 'Task started by client');
export const downloadingArtifacts = (): EventMaker => make('Downloading Artifacts', 'Client is downloading artifacts');
export const leaderTaskDead = (): EventMaker => make('Leader Task Dead', 'Leader Task in Group dead');
export const mainTasksDead = (): EventMaker => make('Main Tasks Dead', 'Main tasks in the group died');

export const taskSetup = (message: string): EventMaker =>
  make('Task Setup', message, { details: { message }, flat: { Message: message } });

export const allocUnhealthy = (message: string): EventMaker =>
  make('Alloc Unhealthy', message, { details: { message }, flat: { Message: message } });

/** A word of the templates on how they fare. */
export const templateMessage = (message: string): EventMaker =>
  make('Template', message, { details: { message }, flat: { Message: message } });

/** The task is ended for good because of something beside it, which is no failure of its own. */
export const ending = (reason: string): EventMaker =>
  make('Killing', reason, { details: { kill_reason: reason }, flat: { KillReason: reason } });

/** The same, and it counts as failed. */
export const failing = (reason: string): EventMaker =>
  make('Killing', reason, {
    details: { kill_reason: reason, fails_task: 'true' },
    flat: { KillReason: reason, FailsTask: true },
  });

export const hookMessage = (hook: string, message: string): EventMaker =>
  make('Task hook message', `${hook}: ${message}`, {
    details: { message: `${hook}: ${message}` },
    flat: { Message: message },
  });

export const hookFailed = (hook: string, reason: string): EventMaker =>
  make('Task hook failed', `${hook}: ${reason}`, {
    details: { message: `${hook}: ${reason}` },
    flat: { Message: reason },
  });

export const setupFailure = (reason: string): EventMaker =>
  make('Setup Failure', reason, {
    details: { setup_error: reason, fails_task: 'true' },
    flat: { SetupError: reason, FailsTask: true },
  });

export const failedValidation = (reason: string): EventMaker =>
  make('Failed Validation', reason, {
    details: { validation_error: reason, fails_task: 'true' },
    flat: { ValidationError: reason, FailsTask: true },
  });

export const failedArtifactDownload = (reason: string): EventMaker =>
  make('Failed Artifact Download', reason, { details: { download_error: reason }, flat: { DownloadError: reason } });

export const driverFailure = (reason: string): EventMaker =>
  make('Driver Failure', reason, { details: { driver_error: reason }, flat: { DriverError: reason } });

/** What a driver says while it prepares a task. */
export const driverMessage = (message: string, details: Record<string, string> = {}): EventMaker =>
  make('Driver', message, { details, flat: { DriverMessage: message } });

export const terminated = (end: Exit): EventMaker =>
  make('Terminated', describeExit(end), {
    details: {
      exit_code: String(end.exitCode),
      signal: String(end.signal),
      oom_killed: String(end.oomKilled),
      ...(exitMessage(end) !== '' && { exit_message: exitMessage(end) }),
    },
    flat: { ExitCode: end.exitCode, Signal: end.signal, Message: exitMessage(end) },
  });

/** The task ended while nobody could see how. -1 is no code that a process can have, and it is not 0, which would read as success. */
export const terminatedUnknown = (reason: string): EventMaker =>
  make('Terminated', `Exit Code: unknown (${reason})`, {
    details: { exit_code: 'unknown', signal: '0', oom_killed: 'false', exit_message: reason },
    flat: { ExitCode: -1, Message: reason },
  });

export const restarting = (reason: string, delayMs: number): EventMaker => {
  const delay = Math.round(delayMs * 1e6);
  const prefix = reason === '' || reason === 'Restart within policy' ? '' : `${reason} - `;
  return make('Restarting', `${prefix}Task restarting in ${formatDuration(delay)}`, {
    details: { restart_reason: reason, start_delay: String(delay) },
    flat: { RestartReason: reason, StartDelay: delay },
  });
};

export const notRestarting = (reason: string): EventMaker =>
  make('Not Restarting', reason, {
    details: { restart_reason: reason, fails_task: 'true' },
    flat: { RestartReason: reason, FailsTask: true },
  });

export const restartSignaled = (reason: string): EventMaker =>
  make('Restart Signaled', reason, { details: { restart_reason: reason }, flat: { RestartReason: reason } });

export const signaling = (signal: string, reason: string): EventMaker =>
  make('Signaling', `Task being sent signal ${signal}${reason === '' ? '' : `: ${reason}`}`, {
    details: { signal, signal_reason: reason },
    flat: { TaskSignal: signal, TaskSignalReason: reason },
  });

export const killing = (killTimeoutNs: number): EventMaker =>
  make('Killing', `Sent interrupt. Waiting ${formatDuration(killTimeoutNs)} before force killing`, {
    details: { kill_timeout: formatDuration(killTimeoutNs) },
    flat: { KillTimeout: killTimeoutNs },
  });

export const killed = (error = ''): EventMaker =>
  error === ''
    ? make('Killed', 'Task successfully killed')
    : make('Killed', error, { details: { kill_error: error }, flat: { KillError: error } });

export const siblingTaskFailed = (sibling: string): EventMaker =>
  make('Sibling Task Failed', `Task's sibling "${sibling}" failed`, {
    details: { failed_sibling: sibling },
    flat: { FailedSibling: sibling },
  });

type Exit = { exitCode: number; signal: number; oomKilled: boolean; message?: string };

function describeExit(end: Exit): string {
  const parts = [`Exit Code: ${end.exitCode}`];
  if (end.signal !== 0) parts.push(`Signal: ${end.signal}`);
  if (exitMessage(end) !== '') parts.push(`Exit Message: "${exitMessage(end)}"`);
  return parts.join(', ');
}

function exitMessage({ oomKilled, message = '' }: Exit): string {
  return oomKilled ? 'OOM Killed' : message;
}

type Particulars = { details?: Record<string, string>; flat?: Partial<TaskEvent> };

function make(type: string, display: string, { details = {}, flat = {} }: Particulars = {}): EventMaker {
  return (nowMs) => ({ ...BLANK, Type: type, Time: nowMs * 1e6, DisplayMessage: display, Details: details, ...flat });
}

const BLANK: Omit<TaskEvent, 'Type' | 'Time' | 'DisplayMessage' | 'Details'> = {
  Message: '',
  FailsTask: false,
  RestartReason: '',
  SetupError: '',
  DriverError: '',
  DriverMessage: '',
  ExitCode: 0,
  Signal: 0,
  KillTimeout: 0,
  KillError: '',
  KillReason: '',
  StartDelay: 0,
  DownloadError: '',
  ValidationError: '',
  DiskLimit: 0,
  FailedSibling: '',
  VaultError: '',
  TaskSignal: '',
  TaskSignalReason: '',
  GenericSource: '',
};
