import { defineConfig } from 'vitest/config';

const long = process.env.SHOAL_TEST_LONG === '1';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: long ? ['packages/*/test/**/*.long.test.ts'] : ['packages/*/test/**/*.test.ts'],
    exclude: long ? [] : ['**/*.long.test.ts', '**/node_modules/**'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    maxWorkers: 2,
  },
});
