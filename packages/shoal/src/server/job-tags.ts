import type { JobRow } from '../state/rows.ts';
import { jobKey, jobVersionKey } from '../state/tables.ts';
import { commitDecision } from './commit.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { InvalidRequestError, UnknownObjectError } from './errors.ts';

/** `version`: the newest unless given. */
export type NewTag = { name: string; description: string; version?: number };

const LONGEST_NAME = 128;
const LONGEST_DESCRIPTION = 1_000;

/** Names for versions of jobs (https://developer.hashicorp.com/nomad/api-docs/jobs#create-job-version-tag). A version with one is kept until it is taken away. */
export type JobTags = ReturnType<typeof createJobTags>;

export function createJobTags(deps: ServerDeps) {
  const { state } = deps;

  function versionsOf(namespace: string, id: string): JobRow[] {
    const rows = [...state.tables.jobVersions.by('job', jobKey(namespace, id))];
    if (rows.length === 0) throw new UnknownObjectError(`job "${id}" not found`);
    return rows.sort((a, b) => b.Version - a.Version);
  }

  function put(row: JobRow, value: JobRow) {
    const key = jobVersionKey(row.Namespace, row.ID, row.Version);
    return {
      ops: [{ kind: 'put' as const, table: 'jobVersions' as const, key, value }],
      require: [{ table: 'jobVersions' as const, key, modifyIndex: row.ModifyIndex }],
    };
  }

  /** Gives a version a name, or its name another description. */
  async function apply(namespace: string, id: string, { name, description, version }: NewTag) {
    if (name === '' || name.length > LONGEST_NAME)
      throw new InvalidRequestError(`the name of a tag has 1 to ${LONGEST_NAME} characters`);
    if (description.length > LONGEST_DESCRIPTION)
      throw new InvalidRequestError(`the description of a tag has at most ${LONGEST_DESCRIPTION} characters`);
    const { index, answer } = await commitDecision(state, `Job "${id}"`, () => {
      const rows = versionsOf(namespace, id);
      const row = version === undefined ? rows[0] : rows.find(({ Version }) => Version === version);
      if (!row) throw new UnknownObjectError(`job "${id}" has no version ${version}`);
      const other = rows.find((each) => each.VersionTag?.Name === name && each !== row);
      if (other)
        throw new InvalidRequestError(`tag "${name}" is that of version ${other.Version}: unset it there first`);
      const VersionTag = { Name: name, Description: description, TaggedTime: nowNanos(deps) };
      return { txn: put(row, { ...row, VersionTag }), answer: VersionTag };
    });
    return { index, tag: answer };
  }

  async function unset(namespace: string, id: string, name: string): Promise<number> {
    const { index } = await commitDecision(state, `Job "${id}"`, () => {
      const row = versionsOf(namespace, id).find(({ VersionTag }) => VersionTag?.Name === name);
      if (!row) throw new UnknownObjectError(`job "${id}" has no version with the tag "${name}"`);
      const { VersionTag: _, ...rest } = row;
      return { txn: put(row, rest), answer: undefined };
    });
    return index;
  }

  return { apply, unset };
}
