import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Passes on what measurements print, and says what failed; nothing else, so that the output is JSON lines. */
export default class LinesReporter implements Reporter {
  onStdOut(chunk: string | Buffer): void {
    process.stdout.write(chunk);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    for (const { message } of result.errors) process.stderr.write(`${test.title}: ${message}\n`);
  }

  printsToStdio(): boolean {
    return true;
  }
}
