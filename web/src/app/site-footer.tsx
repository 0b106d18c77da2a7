import { useSiteQuery } from '@/api/site';

export function SiteFooter() {
  const { data: site } = useSiteQuery();
  return (
    <footer className="border-t border-border">
      <div className="mx-auto flex max-w-5xl flex-wrap items-center justify-between gap-x-6 gap-y-1 px-4 py-6 text-sm text-muted">
        <p>FaceMentor runs on this server. Your calls stay on it.</p>
        {site && <p>Version {site.version}</p>}
      </div>
    </footer>
  );
}
