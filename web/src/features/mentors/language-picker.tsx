import { X } from 'lucide-react';
import { type FieldControl } from '@/components/ui/field';
import { controlStyle } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { languageName } from '@/lib/language-name';

/** Offered in the list; the most spoken on the web, by name. */
const OFFERED = (
  'ar bg bn ca cs da de el en es et fa fi fr ga he hi hr hu id it ja ka ko lt lv mk ms nl no pl pt ro ru sk sl sq sr ' +
  'sv sw ta te th tl tr uk ur vi zh'
)
  .split(' ')
  .sort((a, b) => languageName(a).localeCompare(languageName(b)));

interface LanguagePickerProps {
  control: FieldControl;
  value: readonly string[];
  onChange: (languages: string[]) => void;
}

/** Adds languages one by one from a list; each chosen one is a button that takes it away. */
export function LanguagePicker({ control, value, onChange }: LanguagePickerProps) {
  return (
    <div className="grid gap-2">
      <select
        {...control}
        name="languages"
        className={cn(controlStyle, 'h-11')}
        value=""
        onChange={({ target }) => target.value && onChange([...value, target.value])}
      >
        <option value="">Add a language…</option>
        {OFFERED.filter((code) => !value.includes(code)).map((code) => (
          <option key={code} value={code}>
            {languageName(code)}
          </option>
        ))}
      </select>
      {value.length > 0 && (
        <ul aria-label="Chosen languages" className="flex flex-wrap gap-2">
          {value.map((code) => (
            <li key={code}>
              <button
                type="button"
                aria-label={`Remove ${languageName(code)}`}
                onClick={() => onChange(value.filter((other) => other !== code))}
                className="inline-flex h-8 items-center gap-1.5 rounded-full bg-surface-3 px-3 text-sm hover:bg-surface-2"
              >
                {languageName(code)}
                <X className="size-3.5" aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
