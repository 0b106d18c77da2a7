/**
 * A `.br` beside every text file of the build, as small as Brotli gets it: the server sends these as they are and compresses
 * nothing itself. Pages are not among them, since the server writes into their head.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const TEXT = /\.(?:js|css|svg|json)$/u;

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = `${entry.parentPath}/${entry.name}`;
  if (!entry.isFile() || !TEXT.test(entry.name) || entry.parentPath.endsWith('.vite')) continue;
  const text = readFileSync(file);
  const small = brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
  });
  if (small.length < text.length) writeFileSync(`${file}.br`, small);
}
