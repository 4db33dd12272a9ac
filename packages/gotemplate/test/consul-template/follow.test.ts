import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  compileConsulTemplate,
  createWatchedData,
  followTemplate,
  nameOf,
  type SourceAnswer,
  type WatchedData,
} from '../../src/index.ts';

/** A source whose data is set by the test; waiting questions are answered when it changes. */
function aSource(initial: Record<string, unknown> = {}) {
  const data = new Map<string, unknown>(Object.entries(initial));
  const asked: string[] = [];
  let index = 1;
  let broken: Error | undefined;
  let wake: () => void = () => undefined;
  let changed = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const next = () => {
    wake();
    changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
  };
  const watched = createWatchedData({
    source: {
      async ask(dependency, { after, signal }): Promise<SourceAnswer> {
        asked.push(nameOf(dependency));
        if (broken) throw broken;
        const over = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        while (after === index && !signal.aborted) await Promise.race([changed, over]);
        return { data: data.get(nameOf(dependency)), index };
      },
    },
    // Retries and gaps do not matter here.
    sleep: async (_ms, signal) => void (await delay(1, undefined, { signal }).catch(() => undefined)),
    random: () => 0,
  });
  onTestFinished(() => watched.stop());
  return {
    watched,
    asked,
    set(name: string, value: unknown) {
      data.set(name, value);
      index += 1;
      next();
    },
    break(error: Error | undefined) {
      broken = error;
      index += 1;
      next();
    },
  };
}

const pair = (text: string) => ({
  ...{ Key: 'a', Value: Buffer.from(text).toString('base64'), Flags: 0, LockIndex: 0, CreateIndex: 1, ModifyIndex: 1 },
});

function follow(text: string, data: WatchedData, quiet?: { minMs: number; maxMs: number }) {
  const texts: string[] = [];
  const waits: string[] = [];
  const failures: string[] = [];
  const following = followTemplate({
    template: compileConsulTemplate(text),
    data,
    ...(quiet && { quiet }),
    rendered: (rendered) => texts.push(rendered),
    waiting: (missing) => waits.push(missing.map(({ name, failure }) => `${name} ${failure ?? ''}`.trim()).join()),
    failed: (error) => failures.push(String(error)),
  });
  onTestFinished(() => following.stop());
  return { following, texts, waits, failures };
}

const until = async (condition: () => boolean) => {
  for (let left = 500; !condition(); left -= 1) {
    if (left === 0) throw new Error('it did not come');
    await delay(5);
  }
};

describe('a template that is followed', () => {
  test('is rendered when its data is there, and when it changes', async () => {
    const source = aSource();
    const { texts, waits } = follow('is {{ key "a" }}', source.watched);
    await until(() => waits.length > 0);
    expect([waits, texts]).toEqual([['kv.block(a)'], []]);
    source.set('kv.block(a)', pair('one'));
    await until(() => texts.length === 1);
    source.set('kv.block(a)', pair('two'));
    await until(() => texts.length === 2);
    expect(texts).toEqual(['is one', 'is two']);
  });

  test('is not rendered for news that make no difference', async () => {
    const source = aSource({ 'kv.block(a)': pair('one') });
    const { texts } = follow('{{ key "a" }}', source.watched);
    await until(() => texts.length === 1);
    const before = source.asked.length;
    source.set('something else', 1);
    await until(() => source.asked.length > before);
    await delay(20);
    expect(texts).toEqual(['one']);
  });

  test('asks for what it needs only now, and no more for what it needs no more', async () => {
    const source = aSource({ 'kv.get(a)': pair('b'), 'kv.block(b)': pair('B'), 'kv.block(c)': pair('C') });
    const { texts } = follow('{{ key (keyOrDefault "a" "c") }}', source.watched);
    await until(() => texts.length === 1);
    source.set('kv.get(a)', pair('c'));
    await until(() => texts.length === 2);
    expect(texts).toEqual(['B', 'C']);
    const before = source.asked.length;
    source.set('something else', 1);
    await until(() => source.asked.length >= before + 2);
    await delay(20);
    expect(source.asked.slice(before)).not.toContain('kv.block(b)');
  });

  test('keeps what it knows while the source is away, and says why it waits', async () => {
    const source = aSource();
    source.break(new Error('nobody there'));
    const { texts, waits } = follow('{{ key "a" }}', source.watched);
    await until(() => waits.includes('kv.block(a) Error: nobody there'));
    source.break(undefined);
    source.set('kv.block(a)', pair('one'));
    await until(() => texts.length === 1);
    source.break(new Error('gone again'));
    await delay(20);
    source.break(undefined);
    source.set('kv.block(a)', pair('two'));
    await until(() => texts.length === 2);
    expect(texts).toEqual(['one', 'two']);
  });

  test('waits until changes have settled', async () => {
    const source = aSource({ 'kv.block(a)': pair('0') });
    const { texts } = follow('{{ key "a" }}', source.watched, { minMs: 60, maxMs: 10_000 });
    for (const value of ['1', '2', '3']) {
      source.set('kv.block(a)', pair(value));
      await delay(10);
    }
    await until(() => texts.length > 0);
    expect(texts).toEqual(['3']);
  });

  test('says what fails, and recovers', async () => {
    const source = aSource({ 'kv.get(a)': pair('1') });
    const { texts, failures } = follow('{{ keyOrDefault "a" "0" | parseInt }}', source.watched);
    await until(() => texts.includes('1'));
    source.set('kv.get(a)', pair('x'));
    await until(() => failures.length > 0);
    source.set('kv.get(a)', pair('2'));
    await until(() => texts.includes('2'));
    expect(failures[0]).toContain('parsing "x": invalid syntax');
  });

  test('is let go', async () => {
    const source = aSource({ 'kv.block(a)': pair('one') });
    const { following, texts } = follow('{{ key "a" }}', source.watched);
    await until(() => texts.length === 1);
    following.stop();
    source.set('kv.block(a)', pair('two'));
    await delay(30);
    expect(texts).toEqual(['one']);
  });
});

test('what many templates ask for is asked for once', async () => {
  const source = aSource({ 'kv.block(a)': pair('one') });
  const all = Array.from({ length: 20 }, () => follow('{{ key "a" }}', source.watched));
  await until(() => all.every(({ texts }) => texts.length === 1));
  expect(source.asked.filter((name) => name === 'kv.block(a)').length).toBeLessThan(4);
});
