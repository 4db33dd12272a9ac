import type { Job } from '@shoal/api';
import {
  type Block,
  type Body,
  type Diagnostic,
  hasErrors,
  type ParseResult,
  parse,
  type Range,
  content as readContent,
} from '@shoal/hcl';
import type { Draft } from '../draft.ts';
import { job as jobStruct } from '../schema/job.ts';
import type { Path } from '../validate/findings.ts';
import { readApiJson } from './api-json.ts';
import { withRemedyForLabels } from './computed-labels.ts';
import { independent, isContained } from './contained.ts';
import type { Reading } from './context.ts';
import { parseFirstVersion } from './first-version.ts';
import { type ParseOptions, scopeOf, TOP_LEVEL } from './job-scope.ts';
import { placeIn } from './places.ts';
import { readStruct } from './struct.ts';

export type { ParseOptions } from './job-scope.ts';

export type ParsedJob = {
  /** What the file says, in the API's shape, `null` where it says nothing. Absent if there is an error. */
  job?: Draft<Job>;
  diagnostics: Diagnostic[];
  /** Where the file says something of the job (see `located`), or the nearest that it says. Knows nothing of JSON jobs. */
  placeOf: (path: Path) => Range | undefined;
};

/**
 * Reads a job file: HCL2 (native or JSON syntax), or a job as the API shows it. Only what parsing itself fills is filled
 * (see `finish` in the tables); `canonicalJob` fills the defaults.
 */
export function parseJob(source: string | Uint8Array, options: ParseOptions): ParsedJob {
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  const fromApi = readApiJson(text);
  if (fromApi) return answer(fromApi.job, { diagnostics: fromApi.diagnostics, origins: new WeakMap() });
  if (!options.firstVersion) {
    const { body, diagnostics } = parse(source, options.filename);
    return readParsed({ body, diagnostics: withRemedyForLabels(diagnostics, text) }, options);
  }
  const parsed = parseFirstVersion(text, options.filename);
  return moved(readParsed(parsed, options), parsed.placeOf);
}

function readParsed({ body, diagnostics }: ParseResult, options: ParseOptions): ParsedJob {
  const reading: Reading = { diagnostics: [...diagnostics], origins: new WeakMap() };
  if (!hasErrors(diagnostics)) return answer(readFile(body, options, reading), reading);
  if (isContained(body, diagnostics)) {
    const further: Reading = { ...reading, diagnostics: [] };
    readFile(body, options, further);
    reading.diagnostics.push(...independent(further.diagnostics, diagnostics));
  }
  return answer(undefined, reading);
}

function answer(job: Draft<Job> | undefined, { diagnostics, origins }: Reading): ParsedJob {
  const placeOf = (path: Path) => (job === undefined ? undefined : placeIn(job, path, origins));
  return job === undefined || hasErrors(diagnostics) ? { diagnostics, placeOf } : { job, diagnostics, placeOf };
}

/** The text was changed to be read: places are those in the text as it was. */
function moved(parsed: ParsedJob, trueRange: (range: Range) => Range): ParsedJob {
  return {
    ...parsed,
    diagnostics: parsed.diagnostics.map((each) => (each.range ? { ...each, range: trueRange(each.range) } : each)),
    placeOf: (path) => {
      const range = parsed.placeOf(path);
      return range && trueRange(range);
    },
  };
}

function readFile(body: Body, options: ParseOptions, reading: Reading): Draft<Job> | undefined {
  const found = readContent(body, TOP_LEVEL);
  reading.diagnostics.push(...found.diagnostics);
  const scope = scopeOf(found.blocks, options, reading);
  const jobs = found.blocks.filter(({ type }) => type === 'job');
  const job = onlyJob(jobs, found.diagnostics, body, reading);
  if (job === undefined) return undefined;
  const item = { body: job.body, label: job.labels[0] ?? '', block: job.typeRange, opening: job.openBraceRange };
  return readStruct({ ...item, scope }, jobStruct, reading) as Draft<Job>;
}

function onlyJob(jobs: Block[], alreadyFound: Diagnostic[], body: Body, reading: Reading): Block | undefined {
  const [job, second] = jobs;
  if (job === undefined && !hasErrors(alreadyFound)) {
    const detail = 'The file has no job block.';
    const remedy = 'begin with: job "name" { … }';
    reading.diagnostics.push({ severity: 'error', summary: 'Missing job block', detail, remedy, range: body.endRange });
  }
  if (second !== undefined) {
    const detail = 'A file describes one job.';
    const remedy = 'put the second job into a file of its own';
    const range = second.typeRange;
    reading.diagnostics.push({ severity: 'error', summary: 'Duplicate job block', detail, remedy, range });
  }
  return job;
}
