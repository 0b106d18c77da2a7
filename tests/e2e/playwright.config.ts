import { defineConfig } from '@playwright/test';

/** Browsers are the system's own; each test starts what it needs of them (harness/). */
export default defineConfig({
  testDir: 'specs',
  outputDir: 'test-results',
  // Software encoders and decoders of several browsers share the cores.
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 30_000 },
  forbidOnly: !!process.env.CI,
  retries: 0,
  reporter: [['list'], ['./harness/last-words.ts']],
});
