import { defineConfig } from '@playwright/test';

/** `make bench-quality`: calls over a bad network, one line of JSON a figure. */
export default defineConfig({
  testDir: 'quality',
  testMatch: '*.quality.ts',
  outputDir: 'test-results',
  workers: 1,
  timeout: 30 * 60_000,
  expect: { timeout: 60_000 },
  reporter: './bench/lines-reporter.ts',
});
