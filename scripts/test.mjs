// npm test: everything that must hold, with what it needs. `--long`: the soaks and fault runs. Other arguments go to the test runner.
import { ensureBuild, ensureDependencies, ensureTestPrograms } from './prepare.mjs';

const args = process.argv.slice(2);
const long = args.includes('--long');
ensureDependencies();
ensureBuild();
ensureTestPrograms();
const { startVitest } = await import('vitest/node');
if (long) process.env.SHOAL_TEST_LONG = '1';

const vitest = await startVitest(
  'test',
  args.filter((arg) => arg !== '--long'),
  { run: true, watch: false },
);
await vitest.close();
const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
const passed = tests.filter((test) => test.result().state === 'passed').length;
// A file that does not load, or an error outside of any test, fails as well.
const broken = vitest.state.getTestModules().filter((module) => !module.ok()).length;
const failed =
  Math.max(tests.filter((test) => test.result().state === 'failed').length, broken) +
  vitest.state.getUnhandledErrors().length;
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
