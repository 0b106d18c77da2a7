import { appendFileSync } from 'node:fs';

import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/**
 * Says at the very end why each test failed: logs are read from there. Where another run follows, `LAST_WORDS` is the file
 * that keeps the reasons till its end.
 */
export default class LastWords implements Reporter {
  private readonly failures: string[] = [];

  onTestEnd(test: TestCase, { status, errors }: TestResult): void {
    if (status === test.expectedStatus || status === 'skipped') return;
    const place = `${test.location.file.split('/').at(-1)}:${test.location.line} ${test.title}`;
    const reasons = errors.map(({ message, location }) => `    at line ${location?.line}: ${plain(message ?? '')}`);
    this.failures.push([`  ${place} (${status})`, ...reasons].join('\n'));
  }

  onEnd(_: FullResult): void {
    if (!this.failures.length) return;
    const words = this.failures.join('\n');
    const file = process.env.LAST_WORDS;
    if (file) appendFileSync(file, `${words}\n`);
    // After what the other reporters say.
    else process.on('exit', () => console.error(`\nWhy:\n${words}`));
  }

  printsToStdio(): boolean {
    return false;
  }
}

/** The first lines, without colours. */
function plain(message: string): string {
  // eslint-disable-next-line no-control-regex
  const lines = message.replace(/\u001b\[[0-9;]*m/g, '').split('\n');
  return lines.slice(0, 12).join('\n      ');
}
