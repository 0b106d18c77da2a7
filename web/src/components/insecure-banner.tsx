import { useSiteQuery } from '@/api/site';
import { Banner } from '@/components/ui/banner';

/** Over plain HTTP from another machine browsers give no page the camera: say so before the call. */
export function InsecureBanner({ className }: { className?: string }) {
  const { data: site } = useSiteQuery();
  if (window.isSecureContext) return null;
  const { pathname, search } = window.location;
  return (
    <Banner tone="warning" title="Cameras need HTTPS" className={className ?? ''}>
      This page came over plain HTTP, so your browser keeps camera and microphone closed.{' '}
      {site?.secure_url ? (
        <a className="font-medium underline" href={site.secure_url + pathname + search}>
          Open it at {site.secure_url}
        </a>
      ) : (
        'Open it by an https:// address; on the server itself http://localhost works too.'
      )}
    </Banner>
  );
}
