import { defineConfig } from '@playwright/test';

/** Where people talk: software encoders and decoders of several browsers share the cores. */
const CALLS = /(call|confined|door|end-to-end|firefox|keyboard|layers|reach)\.spec\.ts/;

/** Browsers are the system's own; each test starts what it needs of them (harness/). */
export default defineConfig({
  testDir: 'specs',
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 30_000 },
  forbidOnly: !!process.env.CI,
  retries: 0,
  reporter: [['list'], ['./harness/last-words.ts']],
  projects: [
    { name: 'calls', testMatch: CALLS, outputDir: 'test-results/calls' },
    { name: 'pages', testIgnore: CALLS, outputDir: 'test-results/pages' },
  ],
});
