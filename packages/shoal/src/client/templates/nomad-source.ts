import type { Dependency, SourceAnswer } from '@shoal/gotemplate';
import { messageOf, TemplateDeniedError } from '../errors.ts';
import type { ServerConnection, TaskQuestion } from '../server-connection.ts';

/** How long a question waits for something newer. */
const WAIT_MS = 60_000;

/** The servers, as the templates of all tasks ask them. */
export type AskServers = (
  question: TaskQuestion,
  after: { index: number; waitMs: number },
  signal: AbortSignal,
) => ReturnType<ServerConnection['askForTask']>;

export type NomadRequest = {
  dependency: Dependency;
  /** Whose template asks. */
  allocId: string;
  task: string;
  /** The `index` of the answer before. */
  after: number | undefined;
  signal: AbortSignal;
};

export function isOfNomad({ type }: Dependency): boolean {
  return type.startsWith('nomad.');
}

/** Asks the servers for the data of a task's template. Throws `TemplateDeniedError` for what the task may not have. */
export async function askNomad(ask: AskServers, request: NomadRequest): Promise<SourceAnswer> {
  const { dependency, allocId, task, after, signal } = request;
  try {
    const question = { allocId, task, about: aboutOf(dependency) };
    const { data, index } = await ask(question, { index: after ?? 0, waitMs: WAIT_MS }, signal);
    return { data: data ?? undefined, index };
  } catch (error) {
    if (isDenied(error)) throw new TemplateDeniedError(messageOf(error));
    throw error;
  }
}

function aboutOf(dependency: Dependency): TaskQuestion['about'] {
  switch (dependency.type) {
    case 'nomad.var.get':
    case 'nomad.var.block':
      return { kind: 'variable', namespace: dependency.namespace, path: dependency.path };
    case 'nomad.var.list':
      return { kind: 'variables', namespace: dependency.namespace, prefix: dependency.prefix };
    case 'nomad.services':
      return { kind: 'services' };
    case 'nomad.service':
      return { kind: 'service', name: dependency.name };
    default:
      throw new Error(`${dependency.type} is nothing that servers are asked for`);
  }
}

/** The servers have understood, and said no. */
function isDenied(error: unknown): boolean {
  const { code, status } = error as { code?: unknown; status?: unknown };
  return code === 'refused' && status === 403;
}
