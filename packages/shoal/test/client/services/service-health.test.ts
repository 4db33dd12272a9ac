import { describe, expect, test } from 'vitest';
import { checkId } from '../../../src/client/services/checks.ts';
import { updateStatus } from '../../../src/client/services/service-health.ts';
import { aCheck, aService } from '../support/builders.ts';

describe('a service that is being updated', () => {
  test.each([
    { name: 'has the status of its worst check', checks: ['passing', 'warning', 'critical'], want: 'critical' },
    { name: 'passes with warnings that are ignored', service: 'ignore_warnings', checks: ['warning'], want: 'passing' },
    { name: 'is critical all the same', service: 'ignore_warnings', checks: ['critical'], want: 'critical' },
    { name: 'passes whatever is ignored says', service: 'ignore', checks: ['critical'], want: 'passing' },
    {
      name: 'takes the word of a check over its own',
      service: 'require_healthy',
      own: 'ignore',
      checks: ['critical'],
      want: 'passing',
    },
    { name: 'passes without checks', checks: [], want: 'passing' },
  ] as const)('$name', ({ checks, want, ...given }) => {
    const blocks = checks.map((_, index) =>
      aCheck({ Name: `check ${index}`, ...('own' in given && { OnUpdate: given.own }) }),
    );
    const service = aService({ Checks: blocks, ...('service' in given && { OnUpdate: given.service }) });
    const registrar = {
      status: () => 'critical' as const,
      checks: (id: string) =>
        blocks.map((block, index) => ({ id: checkId(id, block), status: checks[index] ?? 'critical' })),
    };
    expect(updateStatus(registrar, 'id', [service])).toBe(want);
  });

  test('that is not announced has no status', () => {
    expect(updateStatus({ status: () => undefined, checks: () => [] }, 'id', [])).toBeUndefined();
  });
});
