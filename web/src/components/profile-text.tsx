import { cn } from '@/lib/cn';

/** What somebody wrote, with their line breaks; never read as markup. */
export function ProfileText({ text, className }: { text: string; className?: string }) {
  return <p className={cn('break-words whitespace-pre-line', className)}>{text}</p>;
}

/** An address somebody gave: it leads elsewhere, and tells the site nothing of us. */
export function OutsideLink({ url, children }: { url: string; children?: string }) {
  return (
    <a
      href={url}
      rel="noopener noreferrer nofollow ugc"
      target="_blank"
      className="rounded-sm break-all text-accent underline underline-offset-4"
    >
      {children ?? shortUrl(url)}
      <span className="sr-only"> (opens in a new tab)</span>
    </a>
  );
}

const shortUrl = (url: string) => url.replace(/^https:\/\/(www\.)?/u, '').replace(/\/$/u, '');
