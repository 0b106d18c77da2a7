import { useSafetyNumber } from './use-safety-number';

/** The number to compare. */
export function SafetyNumber() {
  const number = useSafetyNumber();
  if (!number) return null;
  return (
    <div className="grid gap-2 text-sm">
      <p>Safety number</p>
      <p
        data-testid="safety-number"
        className="text-md rounded-md bg-surface-2 px-4 py-3 text-center font-semibold tabular-nums"
      >
        {number}
      </p>
      <p className="text-muted">
        Read it to each other. The same number on both sides means the same key.
      </p>
    </div>
  );
}
