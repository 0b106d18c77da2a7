import { Banner } from '@/components/ui/banner';

/** Over plain HTTP from another machine browsers give no page the camera: say so before the call. */
export function InsecureBanner({ className }: { className?: string }) {
  if (window.isSecureContext) return null;
  return (
    <Banner tone="warning" title="Cameras need HTTPS" className={className ?? ''}>
      This page came over plain HTTP, so your browser keeps camera and microphone closed. Open it by
      an https:// address; on the server itself http://localhost works too.
    </Banner>
  );
}
