import { useNavigation } from 'react-router';

/** A thin line on top while the next page's code is on its way. */
export function RouteProgress() {
  const { state } = useNavigation();
  if (state === 'idle') return null;
  return (
    <div
      role="progressbar"
      aria-label="Loading the page"
      className="fixed inset-x-0 top-0 z-50 h-0.5 animate-late bg-accent"
    />
  );
}
