/**
 * The budget of the first load: what a page needs before it shows, compressed. Reads Vite's manifest, follows the
 * static imports of the entry and of each page, and fails the build over the limit.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 200; // WEB.md: what loads before the call
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

function files(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) files(next, seen);
  return seen;
}

const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024;

function load(keys) {
  const chunks = new Set(keys.flatMap((key) => [...files(key)]));
  const css = new Set([...chunks].flatMap((key) => manifest[key].css ?? []));
  const js = [...chunks].map((key) => manifest[key].file);
  const sum = (list) => list.reduce((total, file) => total + size(file), 0);
  return { js: sum(js), css: sum([...css]) };
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
// What is no page (menus, notices) loads after the first paint.
const isPage = (key) => key.endsWith('-page.tsx') || key.endsWith('-route.tsx');
const pages = (manifest[entry].dynamicImports ?? []).filter(isPage);
let over = false;
console.log('\nfirst load, gzip kB (limit %d before the call)', LIMIT_KB);
for (const page of pages) {
  const { js, css } = load([entry, page]);
  const isCall = page.includes('call-route');
  const tooLarge = !isCall && js > LIMIT_KB;
  over ||= tooLarge;
  const name = page
    .replace(/src\/(features\/)?/, '')
    .replace('.tsx', '')
    .padEnd(32);
  console.log(
    `  ${name} js ${js.toFixed(1).padStart(6)}  css ${css.toFixed(1).padStart(5)}${tooLarge ? '  TOO LARGE' : ''}`,
  );
}
if (over) process.exit(1);
