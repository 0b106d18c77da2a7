import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Says at the very end why each test failed: logs are read from there. */
export default class LastWords implements Reporter {
  private readonly failures: string[] = [];

  onTestEnd(test: TestCase, { status, errors }: TestResult): void {
    if (status === test.expectedStatus || status === 'skipped') return;
    const place = `${test.location.file.split('/').at(-1)}:${test.location.line} ${test.title}`;
    const reasons = errors.map(({ message, location }) => `    at line ${location?.line}: ${plain(message ?? '')}`);
    this.failures.push([`  ${place} (${status})`, ...reasons].join('\n'));
  }

  onEnd(_: FullResult): void {
    // After what the other reporters say.
    if (this.failures.length) process.on('exit', () => console.error(`\nWhy:\n${this.failures.join('\n')}`));
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
