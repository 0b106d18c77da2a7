/** The parameters of a search, as they stand in the address of the page and in the request. */
export const FIELDS = [
  'q',
  'skill',
  'language',
  'time_zone',
  'price_min',
  'price_max',
  'rating_min',
  'free_this_week',
  'sort',
] as const;

/** What is searched for; empty means anything. */
export type Search = Record<(typeof FIELDS)[number], string>;

export const EVERYTHING: Search = {
  q: '',
  skill: '',
  language: '',
  time_zone: '',
  price_min: '',
  price_max: '',
  rating_min: '',
  free_this_week: '',
  sort: '',
};

/** Whether anything leaves mentors out. */
export function isNarrowed(search: Search): boolean {
  return FIELDS.some((field) => field !== 'sort' && search[field] !== '');
}

/** A choice of one, and what stands for it. */
export interface Option {
  label: string;
  value: string;
}

/** Prices to choose from, in the smallest unit: from, to; either may be open. */
export const PRICES: readonly Option[] = [
  { label: 'Any price', value: '-' },
  { label: 'Free', value: '-0' },
  { label: 'Up to 25', value: '-2500' },
  { label: 'Up to 50', value: '-5000' },
  { label: 'Up to 100', value: '-10000' },
  { label: '100 and more', value: '10000-' },
];

export const RATINGS: readonly Option[] = [
  { label: 'Any rating', value: '' },
  { label: '4.5 and better', value: '4.5' },
  { label: '4 and better', value: '4' },
  { label: '3 and better', value: '3' },
];

export const SORTS: readonly Option[] = [
  { label: 'Best match', value: '' },
  { label: 'Best rated', value: 'rating' },
  { label: 'Lowest price', value: 'price' },
  { label: 'Soonest free', value: 'soonest' },
];

/** The price of a search, as it stands among the prices to choose from. */
export function priceOf({ price_min, price_max }: Search): string {
  return `${price_min}-${price_max}`;
}

/** What one of the prices asks for. */
export function priced(value: string): Pick<Search, 'price_min' | 'price_max'> {
  const [price_min = '', price_max = ''] = value.split('-');
  return { price_min, price_max };
}
