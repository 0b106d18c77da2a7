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
export function isNarrowed({ sort: _, ...search }: Search): boolean {
  return Object.values(search).some(Boolean);
}

/** Prices to choose from, in the smallest unit: at least, at most. */
export const PRICES = [
  { label: 'Any price', min: '', max: '' },
  { label: 'Free', min: '', max: '0' },
  { label: 'Up to 25', min: '', max: '2500' },
  { label: 'Up to 50', min: '', max: '5000' },
  { label: 'Up to 100', min: '', max: '10000' },
  { label: '100 and more', min: '10000', max: '' },
] as const;

export const RATINGS = [
  { label: 'Any rating', value: '' },
  { label: '4.5 and better', value: '4.5' },
  { label: '4 and better', value: '4' },
  { label: '3 and better', value: '3' },
] as const;

export const SORTS = [
  { label: 'What fits best', value: '' },
  { label: 'The best rated', value: 'rating' },
  { label: 'The cheapest', value: 'price' },
  { label: 'Free soonest', value: 'soonest' },
] as const;
