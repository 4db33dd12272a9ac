import { describe, expect, onTestFinished, test } from 'vitest';
import { CatalogFeed } from '../../../src/catalog/mirror/feed.ts';
import type { FeedLine } from '../../../src/catalog/mirror/feed-line.ts';
import { CatalogMirror } from '../../../src/catalog/mirror/mirror.ts';
import { keepMirror, readMirror } from '../../../src/catalog/mirror/mirror-file.ts';
import { openState, type State } from '../../../src/state/state.ts';
import { openEmbeddedStore } from '../../../src/store/embedded.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

/** A server's state with its feed, and mirrors that follow it. */

async function aServer(options?: ConstructorParameters<typeof CatalogFeed>[1]) {
  const state = await openState(await openEmbeddedStore({ path: await tempDir() }));
  const feed = new CatalogFeed(state, options);
  feed.start();
  onTestFinished(async () => {
    feed.stop();
    await state.close();
  });
  return { state, feed };
}

async function aMirror(image?: ConstructorParameters<typeof CatalogMirror>[0]) {
  const mirror = new CatalogMirror(image);
  const state = await openState(mirror);
  return { mirror, state };
}

/** Follows until `stop`; a reader that takes nothing while `isStalled`. */
function follow(feed: CatalogFeed, mirror: CatalogMirror, isStalled: () => boolean = () => false) {
  const stopped = new AbortController();
  const lines: FeedLine[] = [];
  let buffered = 0;
  mirror.begin();
  const sink = {
    write(line: string) {
      if (isStalled()) {
        buffered += line.length;
        return;
      }
      const read = JSON.parse(line) as FeedLine;
      lines.push(read);
      mirror.take(read);
    },
    get buffered() {
      return buffered;
    },
    drained: () => Promise.resolve(),
  };
  const done = feed.send(mirror.servedIndex, sink, stopped.signal);
  onTestFinished(() => stopped.abort());
  return { lines, done, stop: () => stopped.abort() };
}

function put(state: State, name: string, address = '10.0.0.1') {
  const value = { ID: '', Node: name, Address: address, Datacenter: 'dc1', TaggedAddresses: null, Meta: null };
  return state.commit({ ops: [{ kind: 'put', table: 'catalogNodes', key: name, value }] });
}

const remove = (state: State, name: string) =>
  state.commit({ ops: [{ kind: 'delete', table: 'catalogNodes', key: name }] });

function rows({ tables }: State): unknown[] {
  return [...tables.catalogNodes.scan()];
}

describe('a mirror', () => {
  test('has all that is there, then each change, with the indexes of the server', async () => {
    const { state, feed } = await aServer();
    await put(state, 'one');
    await put(state, 'two');
    const copy = await aMirror();
    follow(feed, copy.mirror);
    await until('all is there', () => rows(copy.state).length === 2);
    expect(rows(copy.state)).toEqual(rows(state));
    await put(state, 'one', '10.0.0.9');
    await remove(state, 'two');
    await put(state, 'three');
    expect(rows(copy.state)).toEqual(rows(state));
    expect(copy.state.index()).toBe(state.index());
  });

  test('that comes back soon is sent what it missed, and no more', async () => {
    const { state, feed } = await aServer();
    await put(state, 'one');
    const copy = await aMirror();
    const first = follow(feed, copy.mirror);
    first.stop();
    await first.done;
    await put(state, 'two');
    await remove(state, 'one');
    const { lines } = follow(feed, copy.mirror);
    expect(lines.map((line) => Object.keys(line).sort().join())).toEqual(['changes,index', 'changes,index', 'index']);
    expect(rows(copy.state)).toEqual(rows(state));
  });

  test('that comes back late gets the whole, and tells its readers only of what is different', async () => {
    const { state, feed } = await aServer({ keptBytes: 400 });
    for (const name of ['one', 'two', 'three']) await put(state, name);
    const copy = await aMirror();
    const first = follow(feed, copy.mirror);
    first.stop();
    await first.done;
    for (let n = 0; n < 10; n += 1) await put(state, 'two', `10.0.1.${n}`);
    await remove(state, 'three');
    const told: string[] = [];
    copy.state.follow(({ changes }) => told.push(...changes.map(({ key }) => key)));
    const { lines } = follow(feed, copy.mirror);
    await until('the whole is there', () => lines.some((line) => 'whole' in line));
    expect(rows(copy.state)).toEqual(rows(state));
    expect(told.sort()).toEqual(['three', 'two']);
  });

  test('wakes a blocking query by a change of what it read', async () => {
    const { state, feed } = await aServer();
    await put(state, 'one');
    const copy = await aMirror();
    follow(feed, copy.mirror);
    const read = copy.state.read();
    read.get(copy.state.tables.catalogNodes, 'one');
    const woken = copy.state.wait(read, 5_000);
    await put(state, 'other');
    await put(state, 'one', '10.0.0.2');
    expect(await woken).toBe(true);
  });

  test('counts its own writes, so that indexes only grow, and the word of the server replaces them', async () => {
    const { state, feed } = await aServer();
    await put(state, 'one');
    const copy = await aMirror();
    const first = follow(feed, copy.mirror);
    first.stop();
    await first.done;
    const before = copy.state.index();
    const value = { ID: '', Node: 'one', Address: '10.9.9.9', Datacenter: 'dc1', TaggedAddresses: null, Meta: null };
    copy.mirror.writeOwn([{ kind: 'put', table: 'catalogNodes', key: 'one', value }]);
    expect(copy.state.tables.catalogNodes.get('one')?.Address).toBe('10.9.9.9');
    expect(copy.state.tables.catalogNodes.get('one')?.ModifyIndex).toBe(before + 1);
    await put(state, 'one', '10.0.0.3');
    follow(feed, copy.mirror);
    expect(copy.state.tables.catalogNodes.get('one')?.Address).toBe('10.0.0.3');
    expect(copy.state.tables.catalogNodes.get('one')?.ModifyIndex).toBeGreaterThan(before + 1);
  });

  test('goes on growing when the server was set back', async () => {
    const { mirror, state } = await aMirror({ index: 500, ahead: 0, rows: [] });
    mirror.take({ rows: [['catalogNodes', 'x', { Node: 'x', Address: '10.0.0.1' }, 7, 7]] });
    mirror.take({ whole: 7 });
    expect(state.index()).toBeGreaterThan(500);
    expect(state.tables.catalogNodes.get('x')?.Node).toBe('x');
  });

  test('knows the names of before after a restart, and asks only for what came since', async () => {
    const { state, feed } = await aServer();
    await put(state, 'one');
    const path = `${await tempDir()}/agent/catalog.json`;
    const copy = await aMirror();
    const keeper = keepMirror({ mirror: copy.mirror, path, cluster: 'c1', onFailure: () => undefined });
    const first = follow(feed, copy.mirror);
    first.stop();
    await first.done;
    await keeper.stop();
    expect(await readMirror(path, 'another')).toBeUndefined();
    const again = await aMirror(await readMirror(path, 'c1'));
    expect(rows(again.state)).toEqual(rows(state));
    await put(state, 'two');
    expect(follow(feed, again.mirror).lines.map((line) => Object.keys(line).join())).toEqual([
      'changes,index',
      'index',
    ]);
    expect(rows(again.state)).toEqual(rows(state));
  });

  test('that does not read is let go', async () => {
    const { state, feed } = await aServer({ keptBytes: 2_000 });
    let isStalled = false;
    const { mirror } = await aMirror();
    const { done } = follow(feed, mirror, () => isStalled);
    isStalled = true;
    for (let n = 0; n < 40; n += 1) await put(state, `n${n}`);
    let isOver = false;
    void done.then(() => {
      isOver = true;
    });
    await until('it is let go', () => isOver);
  });
});
