import { expect, test } from 'vitest';
import { followedLines, lowerLevel } from '../../src/agent/followed-lines.ts';

test('each follower gets its level and those above, and the log is as low as the lowest of them', () => {
  const needed: unknown[] = [];
  const lines = followedLines((level) => needed.push(level));
  const [all, some]: [string[], string[]] = [[], []];
  const line = (level: string) => `{"level":"${level}","msg":"m"}`;
  lines.write(line('error'));
  const endAll = lines.follow('debug', (text) => all.push(text));
  const endSome = lines.follow('warn', (text) => some.push(text));
  for (const level of ['trace', 'debug', 'warn']) lines.write(line(level));
  endAll();
  endAll();
  endSome();
  lines.write(line('error'));
  expect(all).toEqual([line('debug'), line('warn')]);
  expect(some).toEqual([line('warn')]);
  expect(needed).toEqual(['debug', 'debug', 'warn', undefined]);
});

test('a follower can lower the level, not raise it', () => {
  expect(lowerLevel('info', 'debug')).toBe('debug');
  expect(lowerLevel('info', 'error')).toBe('info');
  expect(lowerLevel('info', undefined)).toBe('info');
});
