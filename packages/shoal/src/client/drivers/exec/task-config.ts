import { block, flag, type Read, readFields, text, texts } from '../shape.ts';
import { mode } from './settings.ts';

/** All that a task's `config` may hold (https://developer.hashicorp.com/nomad/docs/drivers/exec); `cpu_hard_limit` is as docker has it. */
const fields = {
  command: text,
  args: texts,
  work_dir: text,
  pid_mode: text,
  ipc_mode: text,
  cap_add: texts,
  cap_drop: texts,
  cpu_hard_limit: flag,
};

const reader = block(fields);
export type TaskConfig = Read<typeof reader>;

/** Reads a task's `config`. Mistakes are sentences, as `Driver.validate` answers them. */
export function readTaskConfig(config: Record<string, unknown>): { config: TaskConfig; mistakes: string[] } {
  const mistakes: string[] = [];
  const complain = (mistake: string) => void mistakes.push(mistake);
  const read = readFields(config, fields, '', complain);
  if (config['command'] === undefined) complain('The argument "command" is required, but no definition was found');
  else if (read.command === '') complain('"command" must not be empty');
  mode(read.pid_mode, 'pid_mode', complain);
  mode(read.ipc_mode, 'ipc_mode', complain);
  if (read.work_dir !== undefined && !read.work_dir.startsWith('/'))
    complain(`"work_dir" must be an absolute path in the task's file system, not "${read.work_dir}"`);
  return { config: read, mistakes };
}
