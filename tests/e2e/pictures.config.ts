import { defineConfig } from '@playwright/test';

/** `make pictures`: the README's, of the real product. */
export default defineConfig({
  testDir: 'pictures',
  testMatch: '*.pictures.ts',
  outputDir: 'test-results',
  workers: 1,
  timeout: 120_000,
  reporter: [['list']],
});
