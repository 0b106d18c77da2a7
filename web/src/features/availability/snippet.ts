interface Snippet {
  origin: string;
  slug: string;
  name: string;
  /** Empty: the first. */
  offering: string;
  /** Empty: the reader's. */
  theme: string;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string) => text.replace(/[&<>"]/gu, (letter) => ENTITIES[letter] ?? letter);

/** The HTML that shows somebody's openings on any site, and a link where scripts do not run. */
export function snippetOf({ origin, slug, name, offering, theme }: Snippet): string {
  const attributes = Object.entries({ mentor: slug, offering, theme })
    .filter(([, value]) => value !== '')
    .map(([key, value]) => ` data-${key}="${escaped(value)}"`);
  return [
    `<script async src="${origin}/widget.js"${attributes.join('')}></script>`,
    `<noscript><a href="${origin}/mentors/${encodeURIComponent(slug)}">Book a session with ${escaped(name)}</a></noscript>`,
  ].join('\n');
}
