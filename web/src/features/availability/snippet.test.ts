import { expect, test } from 'vitest';
import { snippetOf } from './snippet';

test('what was typed stays text in the snippet', () => {
  const snippet = snippetOf({
    origin: 'https://meet.example',
    slug: 'ada',
    name: '<b>"Ada"</b> & co',
    offering: '',
    theme: 'dark',
  });
  expect(snippet).toBe(
    '<script async src="https://meet.example/widget.js" data-mentor="ada" data-theme="dark"></script>\n' +
      '<noscript><a href="https://meet.example/mentors/ada">Book a session with &lt;b&gt;&quot;Ada&quot;&lt;/b&gt; &amp; co</a></noscript>',
  );
});
