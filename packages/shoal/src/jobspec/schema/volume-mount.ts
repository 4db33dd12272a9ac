import { flag, later, nullable, type Struct, text } from './field.ts';

export const volumeMount: Struct = {
  name: 'volume_mount',
  fields: {
    Volume: nullable(text('volume')),
    Destination: nullable(text('destination')),
    ReadOnly: nullable(flag('read_only')),
    PropagationMode: nullable(text('propagation_mode')),
    SELinuxLabel: later(text('selinux_label')),
  },
};
