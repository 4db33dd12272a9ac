import { block, converted, type Field, ignored } from '../fields.ts';

/** Timers take no more: what has no end. */
const ENDLESS_MS = 2 ** 31 - 1;

/** Nomad's `artifact` block of a client, in which 0 means without a limit. */
export const artifactLimits: Field = block({
  http_read_timeout: timeout('client.artifact.readTimeoutMs'),
  git_timeout: timeout('client.artifact.gitTimeoutMs'),
  http_max_size: size('client.artifact.maxBytes'),
  decompression_limit_size: size('client.artifact.maxUnpackedBytes'),
  decompression_limit_file_count: converted(
    'integer',
    'client.artifact.maxFiles',
    (count: number) => (count < 0 ? undefined : limit(count)),
    'a number of files, or 0 for any',
  ),
  ...ignored('Artifacts come by HTTP, by git or from a file.', 'gcs_timeout hg_timeout s3_timeout'),
  ...ignored(
    'Artifacts are fetched by the agent itself, into a folder beside the task.',
    'disable_artifact_inspection disable_filesystem_isolation filesystem_isolation_extra_paths set_environment_variables',
  ),
});

function timeout(to: 'client.artifact.readTimeoutMs' | 'client.artifact.gitTimeoutMs') {
  return converted(
    'duration',
    to,
    (ms: number) => (ms < 0 ? undefined : ms === 0 ? ENDLESS_MS : Math.min(ms, ENDLESS_MS)),
    'a duration, or "0" for no end',
  );
}

function size(to: 'client.artifact.maxBytes' | 'client.artifact.maxUnpackedBytes') {
  return converted('text', to, sizeOf, 'a size such as "100GB" or "512MiB", or "0" for any');
}

const UNITS = ['', 'k', 'm', 'g', 't', 'p'];

/** `100GB` is a hundred times 1000^3 bytes, `1GiB` is 1024^3. */
function sizeOf(written: string): number | undefined {
  const [, number, unit = '', binary = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)b?\s*$/i.exec(written) ?? [];
  if (number === undefined || (unit === '' && binary !== '')) return undefined;
  return limit(Math.floor(Number(number) * (binary === '' ? 1000 : 1024) ** UNITS.indexOf(unit.toLowerCase())));
}

function limit(given: number): number {
  return given === 0 ? Number.POSITIVE_INFINITY : given;
}
