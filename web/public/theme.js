// Sets the theme before the first paint, so that nothing flashes. src/lib/theme.ts takes over from here.
(function () {
  var choice = null;
  if (location.pathname.startsWith('/embed/')) {
    // Inside somebody else's page it is theirs to choose.
    choice = new URLSearchParams(location.search).get('theme');
  } else {
    try {
      choice = localStorage.getItem('facementor.theme');
    } catch {
      // Storage may be blocked; the system's theme is a fine answer.
    }
  }
  var dark =
    choice === 'dark' ||
    (choice !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
