import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
    globalSetup: [],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Native code keeps process-wide state (generators, thread counts), so each test file has its own process.
    pool: 'forks',
    maxWorkers: 2,
    // Two files run at once, so each leaves a core to the other.
    env: { OMP_NUM_THREADS: '1' },
  },
});
