import { describe, expect, test } from 'vitest';
import { createJoinTokens } from '../../../src/agent/cluster/join-tokens.ts';
import { readJoinToken } from '../../../src/rpc/tls/join-token.ts';
import { openState } from '../../../src/state/state.ts';
import { openEmbeddedStore } from '../../../src/store/embedded.ts';
import { tempDir } from '../../support/temp-dir.ts';

async function tokens() {
  const state = await openState(await openEmbeddedStore({ path: await tempDir() }));
  let now = 1_000;
  const made = createJoinTokens({ state, authority: Buffer.alloc(32, 1), now: () => now });
  const pass = (ms: number) => {
    now += ms;
  };
  return { ...made, state, pass };
}

const NONE = { ttlMs: undefined, uses: undefined };

describe('a join token', () => {
  test('is good for any agent, and is kept as a digest only', async () => {
    const { issue, redeem, state } = await tokens();
    const { token } = await issue(NONE);
    const { id, secret } = readJoinToken(token);
    for (const node of ['a', 'b', 'c']) expect(await redeem(id, secret, node)).toBe('ok');
    expect(JSON.stringify([...state.tables.meta.scan()])).not.toContain(secret);
    expect(await redeem(id, `${secret.slice(0, -1)}${secret.endsWith('x') ? 'y' : 'x'}`, 'a')).toContain(
      'is unknown here',
    );
    expect(await redeem('00000000', secret, 'a')).toContain('is unknown here');
  });

  test('is good until its time is over, and is removed then', async () => {
    const { issue, redeem, list, pass } = await tokens();
    const { id, secret } = readJoinToken((await issue({ ttlMs: 500, uses: undefined })).token);
    pass(499);
    expect(await redeem(id, secret, 'a')).toBe('ok');
    pass(1);
    expect(await redeem(id, secret, 'a')).toContain('has expired');
    await issue(NONE);
    expect(list().map((record) => record.id)).not.toContain(id);
  });

  test('is good for so many agents, also when they come at once; who has lost the answer may ask again', async () => {
    const { issue, redeem } = await tokens();
    const { id, secret } = readJoinToken((await issue({ ttlMs: undefined, uses: 2 })).token);
    const verdicts = await Promise.all(['a', 'b', 'c', 'd'].map((node) => redeem(id, secret, node)));
    expect(verdicts.filter((verdict) => verdict === 'ok')).toHaveLength(2);
    const last = ['a', 'b', 'c', 'd'].filter((_, index) => verdicts[index] === 'ok').at(-1) ?? '';
    expect(await redeem(id, secret, last)).toBe('ok');
    expect(await redeem(id, secret, 'e')).toContain('as often as it may be');
  });

  test('is worth nothing when it was revoked, alone or with all', async () => {
    const { issue, redeem, revoke } = await tokens();
    const [one, two] = await Promise.all([issue(NONE), issue(NONE)]);
    expect(await revoke(one.id)).toBe(1);
    expect(await revoke(one.id)).toBe(0);
    const second = readJoinToken(two.token);
    expect(await redeem(second.id, second.secret, 'a')).toBe('ok');
    expect(await revoke()).toBe(1);
    expect(await redeem(second.id, second.secret, 'a')).toContain('is unknown here');
  });
});
