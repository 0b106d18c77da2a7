import { defineConfig } from '@playwright/test';

/** `make bench-join`: measurements, one line of JSON each. */
export default defineConfig({
  testDir: 'bench',
  testMatch: '*.bench.ts',
  outputDir: 'test-results',
  workers: 1,
  timeout: 15 * 60_000,
  expect: { timeout: 30_000 },
  reporter: './bench/lines-reporter.ts',
});
