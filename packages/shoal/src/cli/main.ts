import * as nodeModule from 'node:module';

// Kept small: `shoal version` must start about as fast as Node itself. All else is loaded when it is known what was asked.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
const { runProgram } = await import('./program.ts');
const { processIo } = await import('./io.ts');
process.exitCode = await runProgram(process.argv, { io: processIo(), env: process.env });
