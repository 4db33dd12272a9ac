import { duration, flag, later, type Struct, text, texts } from './field.ts';

/** A token that says who a task or service is. */
export const identity: Struct = {
  name: 'identity',
  fields: {
    Name: text('name'),
    Audience: texts('aud'),
    ChangeMode: text('change_mode'),
    ChangeSignal: text('change_signal'),
    Env: flag('env'),
    File: flag('file'),
    Filepath: later(text('filepath')),
    ServiceName: later(text()),
    TTL: duration('ttl'),
  },
};
