import { useRouteError } from 'react-router';
import { Button } from '@/components/ui/button';
import { useTitle } from '@/lib/title';

/** A page that broke, or whose code could not be loaded, most often after an update or without a network. */
export function PageError() {
  useTitle('Something went wrong');
  const error = useRouteError();
  const notLoaded = error instanceof TypeError && /import|fetch|module/iu.test(error.message);
  return (
    <main className="mx-auto grid min-h-dvh max-w-md content-center gap-4 px-4 text-center">
      <h1 className="text-xl">
        {notLoaded ? 'This page could not be loaded' : 'Something went wrong on this page'}
      </h1>
      <p className="text-muted">
        {notLoaded
          ? 'The connection was lost, or FaceMentor was just updated. Nothing you saved is affected.'
          : 'This is our mistake, not yours. Nothing you saved is affected.'}
      </p>
      <div className="flex justify-center gap-3">
        <Button onClick={() => window.location.reload()}>Load the page again</Button>
        <Button variant="secondary" asChild>
          <a href="/">Go to the start</a>
        </Button>
      </div>
    </main>
  );
}
