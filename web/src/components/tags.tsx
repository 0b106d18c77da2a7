import { Badge } from './ui/badge';

/** A few words about something, as a list: skills, languages. */
export function Tags({ label, items }: { label: string; items: readonly string[] }) {
  return (
    <ul aria-label={label} className="flex flex-wrap gap-1.5">
      {items.map((item) => (
        <li key={item} className="min-w-0">
          <Badge className="max-w-full whitespace-normal">{item}</Badge>
        </li>
      ))}
    </ul>
  );
}
