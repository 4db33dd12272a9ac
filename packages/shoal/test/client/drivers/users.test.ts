import { describe, expect, it } from 'vitest';
import { findInPasswd, lookUpUser } from '../../../src/client/drivers/users.ts';

const passwd = 'root:x:0:0:root:/root:/bin/sh\n# note\nweb:x:33:44::/:/bin/false\n';

describe('a user', () => {
  const cases = [
    { name: 'by name', user: 'web', want: { uid: 33, gid: 44 } },
    { name: 'by number', user: '33', want: { uid: 33, gid: 44 } },
    { name: 'unknown', user: 'we', want: undefined },
  ];
  it.each(cases)('$name', ({ user, want }) => {
    expect(findInPasswd(passwd, user)).toEqual(want);
  });
  it('of this machine', async () => {
    expect(await lookUpUser('root')).toEqual({ uid: 0, gid: 0 });
  });
});
