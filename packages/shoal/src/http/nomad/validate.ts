import { canonicalize } from '../../jobspec/canonicalize.ts';
import { errorLines } from '../../jobspec/parse/diagnostic-line.ts';
import { parseJob } from '../../jobspec/parse/parse-job.ts';
import { formatErrors, formatWarnings } from '../../jobspec/validate/findings.ts';
import { validate } from '../../jobspec/validate/validate.ts';
import { json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ApiRequest } from '../shared/request.ts';
import { objectBody } from './context.ts';
import { jobOf } from './jobs.ts';

/** The name that errors give to a job that came as text. */
const SOURCE = 'input.hcl';
const VARIABLES = 'variables.hcl';

/** What can be said of a job without a cluster: `/v1/validate/job` and `/v1/jobs/parse`. */
export function validateEndpoints(): Endpoint[] {
  return [
    { path: '/v1/validate/job', methods: { PUT: validateJob, POST: validateJob } },
    { path: '/v1/jobs/parse', methods: { PUT: parse, POST: parse } },
  ];
}

function validateJob(request: ApiRequest) {
  const { errors, warnings } = validate(canonicalize(jobOf(objectBody(request, 'Job must be specified'), request)));
  return json({
    DriverConfigValidated: true,
    ValidationErrors: errors.length > 0 ? errors : null,
    Error: errors.length > 0 ? formatErrors(errors) : '',
    Warnings: formatWarnings(warnings),
  });
}

function parse(request: ApiRequest) {
  const body = objectBody(request, 'Job spec is empty');
  const source = body['JobHCL'];
  if (typeof source !== 'string' || source === '') return text(400, 'Job spec is empty');
  const variableFiles = variablesOf(body['Variables']);
  const { job, diagnostics } = parseJob(source, { filename: SOURCE, variables: {}, variableFiles, env: {} });
  if (!job || diagnostics.some(({ severity }) => severity === 'error')) return text(400, errorLines(diagnostics));
  return json(body['Canonicalize'] === true ? canonicalize(job) : job);
}

/** Values for the job's variables, as one would write them into a file for `-var-file`. */
function variablesOf(given: unknown) {
  return typeof given === 'string' && given !== '' ? [{ filename: VARIABLES, source: given }] : [];
}
