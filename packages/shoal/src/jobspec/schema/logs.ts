import { flag, integer, later, nullable, type Struct } from './field.ts';

export const logs: Struct = {
  name: 'logs',
  fields: {
    MaxFiles: nullable(integer('max_files')),
    MaxFileSizeMB: nullable(integer('max_file_size')),
    Disabled: later(flag('disabled')),
  },
  fileOnly: { enabled: flag('enabled') },
  finish(values, extra) {
    // As it was first called, and the other way round.
    if (extra['enabled'] !== undefined) values['Disabled'] ??= extra['enabled'] === false;
  },
};
