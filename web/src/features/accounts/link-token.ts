import { useState } from 'react';

/**
 * The secret of a link from a letter. It stands after the `#`, where no server and no log sees it; once read it is
 * taken out of the address bar and the history too.
 */
export function useLinkToken(): string {
  const [token] = useState(takeToken);
  return token;
}

let taken = { path: '', token: '' };

function takeToken(): string {
  const { pathname, search, hash } = window.location;
  if (hash.length > 1) {
    taken = { path: pathname, token: hash.slice(1) };
    window.history.replaceState(window.history.state, '', pathname + search);
  }
  // React may ask twice for one visit.
  return taken.path === pathname ? taken.token : '';
}
