import { flag, integer, later, nullable, type Struct } from './field.ts';

export const logs: Struct = {
  name: 'logs',
  fields: {
    MaxFiles: nullable(integer('max_files')),
    MaxFileSizeMB: nullable(integer('max_file_size')),
    Disabled: later(flag('disabled')),
  },
};
