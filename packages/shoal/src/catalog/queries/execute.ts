import { parseDuration } from '../../duration.ts';
import type { Read } from '../../state/read.ts';
import type { PreparedQueryRow, PreparedQueryService } from '../../state/rows.ts';
import { type Instance, serviceInstances, worstStatus } from '../health.ts';
import { connectInstances } from '../mesh/instances.ts';
import { renderTemplate, TEMPLATE_TYPE } from './template.ts';

/** The query of that id or name (without regard to case), or the template with the longest prefix of the name, filled in. */
export function findQuery(read: Read, idOrName: string): PreparedQueryRow | undefined {
  const { preparedQueries } = read.state.tables;
  const byId = preparedQueries.get(idOrName);
  if (byId) return read.get(preparedQueries, idOrName);
  const rows = read.all(preparedQueries);
  const name = idOrName.toLowerCase();
  const exact = rows.find((row) => row.Name.toLowerCase() === name && row.Template.Type === '' && name !== '');
  if (exact) return exact;
  const templates = rows.filter(
    (row) => row.Template.Type === TEMPLATE_TYPE && name.startsWith(row.Name.toLowerCase()),
  );
  const [best] = templates.sort((a, b) => b.Name.length - a.Name.length);
  return best && renderTemplate(best, idOrName);
}

/** What a query finds in this datacenter, before it is ordered. */
export function queryInstances(read: Read, query: PreparedQueryService): Instance[] {
  const lets = queryTest(query);
  const instances = query.Connect ? connectInstances : serviceInstances;
  return instances(read, query.Service).filter(({ node, service, checks }) =>
    lets({ nodeMeta: node.Meta, tags: service.ServiceTags, serviceMeta: service.ServiceMeta, checks }),
  );
}

/** What a query looks at in an instance, whichever datacenter it is from. */
export type Candidate = {
  readonly nodeMeta: Readonly<Record<string, string>> | null;
  readonly tags: readonly string[];
  readonly serviceMeta: Readonly<Record<string, string>> | null;
  readonly checks: readonly Pick<Instance['checks'][number], 'CheckID' | 'Status'>[];
};

export function queryTest(query: PreparedQueryService): (candidate: Candidate) => boolean {
  const wanted = tagTest(query.Tags ?? []);
  return ({ nodeMeta, tags, serviceMeta, checks }) =>
    isHealthy(checks, query) &&
    wanted(tags) &&
    holds(query.NodeMeta, nodeMeta) &&
    holds(query.ServiceMeta, serviceMeta);
}

/** Nanoseconds of `DNS.TTL`, in whole seconds; undefined when the query does not say. */
export function queryTtl({ DNS }: Pick<PreparedQueryRow, 'DNS'>): number | undefined {
  if (DNS.TTL === '') return undefined;
  return Math.trunc((parseDuration(DNS.TTL) ?? 0) / 1e9);
}

function isHealthy(checks: Candidate['checks'], { OnlyPassing, IgnoreCheckIDs }: PreparedQueryService): boolean {
  const status = worstStatus(checks.filter(({ CheckID }) => !IgnoreCheckIDs?.includes(CheckID)));
  return OnlyPassing ? status === 'passing' : status !== 'critical';
}

/** All tags, compared without case; with `!` in front none of them. */
function tagTest(wanted: readonly string[]): (tags: readonly string[]) => boolean {
  if (wanted.length === 0) return () => true;
  return (tags) => {
    const own = new Set(tags.map((tag) => tag.toLowerCase()));
    return wanted.every((tag) =>
      tag.startsWith('!') ? !own.has(tag.slice(1).toLowerCase()) : own.has(tag.toLowerCase()),
    );
  };
}

function holds(
  wanted: Readonly<Record<string, string>> | null,
  meta: Readonly<Record<string, string>> | null,
): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => meta?.[key] === value);
}
