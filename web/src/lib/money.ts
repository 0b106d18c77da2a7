/** "Free", "€45.00". */
export function price(minor: number, currency: string): string {
  if (minor === 0) return 'Free';
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** digits);
}
