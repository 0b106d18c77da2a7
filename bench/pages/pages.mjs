/**
 * How fast public pages are, by Lighthouse, against the release binary with demo people: `make bench-pages`. One JSON line
 * a case. Desktop is judged by the median of five runs, mobile (a slow phone on a slow network) is reported.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as chromeLauncher from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';

const RUNS = Number(process.env.RUNS ?? 5);
const PAGES = { mentors: '/mentors', mentor: '/mentors/ada' };
const PERFORMANCE = 95;
const ACCESSIBILITY = 100;
const JS_KB = 200;
const ATTEMPTS = 5;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => Math.round(value * 10) / 10;

let missed = false;
function line(case_, value, unit, target, ok, more = {}) {
  missed ||= ok === false;
  console.log(JSON.stringify({ case: case_, value, unit, target, ok, ...more }));
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
}

async function startServer(data) {
  const [port, ops] = [await freePort(), await freePort()];
  const child = spawn(process.env.FACEMENTOR_BINARY, ['serve', '--demo'], {
    cwd: data,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      FACEMENTOR_DATA_DIR: data,
      FACEMENTOR_HTTP__LISTEN: `127.0.0.1:${port}`,
      FACEMENTOR_HTTP__DRAIN_S: '1',
      FACEMENTOR_OPS__LISTEN: `127.0.0.1:${ops}`,
      FACEMENTOR_SFU__BIND: '127.0.0.1',
      FACEMENTOR_SFU__PORT: '0',
      FACEMENTOR_SFU__SHARDS: '1',
      FACEMENTOR_LOGS__FILTER: 'error',
    },
  });
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${ops}/readyz`).catch(() => undefined);
    if (answer?.ok) return { url: `http://localhost:${port}`, child };
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('the server does not get ready');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** One visit by somebody who was never here; again where the browser lost the beginning of the recording. */
async function visit(url, config) {
  for (let left = ATTEMPTS - 1; ; left -= 1) {
    const lhr = await record(url, config);
    if (!lhr.runtimeError) return figures(lhr);
    if (left === 0 || lhr.runtimeError.code !== 'NO_NAVSTART') throw new Error(lhr.runtimeError.message);
    console.error(`${url}: the recording has no beginning, once more`);
  }
}

async function record(url, config) {
  const chrome = await chromeLauncher.launch({
    chromePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
    chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  });
  try {
    const flags = { port: chrome.port, onlyCategories: ['performance', 'accessibility'], logLevel: 'error' };
    return (await lighthouse(url, flags, config)).lhr;
  } finally {
    chrome.kill();
  }
}

function figures({ audits, categories }) {
  const scripts = audits['network-requests'].details.items.filter(({ resourceType }) => resourceType === 'Script');
  const failed = Object.values(audits).filter(
    ({ id, score }) => score !== null && score < 0.9 && categories.performance.auditRefs.some((ref) => ref.id === id),
  );
  return {
    performance: categories.performance.score * 100,
    accessibility: categories.accessibility.score * 100,
    js: scripts.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1024,
    lcp: audits['largest-contentful-paint'].numericValue,
    tbt: audits['total-blocking-time'].numericValue,
    cls: audits['cumulative-layout-shift'].numericValue,
    below: failed.map(({ id, score }) => `${id} ${round(score)}`),
  };
}

const data = mkdtempSync(join(tmpdir(), 'facementor-pages-'));
const { url, child } = await startServer(data);
try {
  for (const [name, path] of Object.entries(PAGES)) {
    for (const [form, config] of [
      ['desktop', desktopConfig],
      ['mobile', undefined],
    ]) {
      const runs = [];
      for (let run = 0; run < RUNS; run += 1) runs.push(await visit(url + path, config));
      const of = (key) => round(median(runs.map((run) => run[key])));
      const performance = of('performance');
      const isJudged = form === 'desktop';
      const case_ = `pages-${name}-${form}`;
      line(
        `${case_}-performance`,
        performance,
        'score',
        isJudged ? `>= ${PERFORMANCE}` : 'reported',
        isJudged ? performance >= PERFORMANCE : null,
        {
          runs: runs.map((run) => round(run.performance)),
          lcp_ms: of('lcp'),
          tbt_ms: of('tbt'),
          cls: median(runs.map((run) => run.cls)),
          below: runs[0].below,
        },
      );
      const accessibility = Math.min(...runs.map((run) => run.accessibility));
      line(`${case_}-accessibility`, accessibility, 'score', `>= ${ACCESSIBILITY}`, accessibility >= ACCESSIBILITY);
      if (isJudged) line(`pages-${name}-js`, of('js'), 'kB', `<= ${JS_KB}`, of('js') <= JS_KB);
    }
  }
} finally {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(data, { recursive: true, force: true });
}
process.exit(missed ? 1 : 0);
