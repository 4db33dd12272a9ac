import { freeOrArgument, type Struct, text, textMapOrArgument } from './field.ts';

/** Values that are fetched before a task starts; `${secret.NAME.KEY}` stands for one in its words. */
export const secret: Struct = {
  name: 'secret',
  label: 'Name',
  fields: {
    Name: text(),
    Provider: text('provider'),
    Path: text('path'),
    Config: freeOrArgument('config'),
    Env: textMapOrArgument('env'),
  },
};
