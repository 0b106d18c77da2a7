/** An offering between its form (texts) and the server. Pure. */
import type { Offering, OfferingTerms } from '@/api/types';

export const FIELDS = [
  'title',
  'description',
  'minutes',
  'seats',
  'price',
  'currency',
  'questions',
  'buffer_before_minutes',
  'buffer_after_minutes',
  'minimum_notice_hours',
  'horizon_days',
  'cancellation_notice_hours',
  'max_per_day',
  'max_per_week',
] as const;
export type TermsField = (typeof FIELDS)[number];
export type TermsForm = Record<TermsField, string>;

export function formOf(offering?: Offering): TermsForm {
  const limit = (count: number | null | undefined) => (count ? String(count) : '');
  return {
    title: offering?.title ?? '',
    description: offering?.description ?? '',
    minutes: String(offering?.minutes ?? 30),
    seats: String(offering?.seats ?? 1),
    price: offering?.price_minor ? (offering.price_minor / 100).toFixed(2) : '0',
    currency: offering?.currency ?? 'EUR',
    questions: offering?.questions.join('\n') ?? '',
    buffer_before_minutes: String(offering?.buffer_before_minutes ?? 0),
    buffer_after_minutes: String(offering?.buffer_after_minutes ?? 0),
    minimum_notice_hours: String((offering?.minimum_notice_minutes ?? 120) / 60),
    horizon_days: String(offering?.horizon_days ?? 60),
    cancellation_notice_hours: String((offering?.cancellation_notice_minutes ?? 1440) / 60),
    max_per_day: limit(offering?.max_per_day),
    max_per_week: limit(offering?.max_per_week),
  };
}

/** What is no number goes as -1, which the server refuses with the field's name. */
const whole = (text: string, times = 1) => {
  const number = Math.round(Number(text.trim().replace(',', '.')) * times);
  return text.trim() !== '' && Number.isSafeInteger(number) && Math.abs(number) < 30_000_000
    ? number
    : -1;
};
/** Of a column of 16 bits. */
const small = (text: string) => Math.min(whole(text), 30_000);

export function termsOf(form: TermsForm, isActive: boolean): OfferingTerms {
  const limit = (text: string) => (text.trim() === '' ? null : small(text));
  return {
    title: form.title.trim(),
    description: form.description.trim(),
    minutes: small(form.minutes),
    seats: small(form.seats),
    price_minor: whole(form.price, 100),
    currency: form.currency.trim().toUpperCase(),
    questions: form.questions
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
    buffer_before_minutes: small(form.buffer_before_minutes),
    buffer_after_minutes: small(form.buffer_after_minutes),
    minimum_notice_minutes: whole(form.minimum_notice_hours, 60),
    horizon_days: small(form.horizon_days),
    cancellation_notice_minutes: whole(form.cancellation_notice_hours, 60),
    max_per_day: limit(form.max_per_day),
    max_per_week: limit(form.max_per_week),
    is_active: isActive,
  };
}

/** The form's names of what the server calls otherwise. */
export const SERVER_NAMES: Record<string, TermsField> = {
  price_invalid: 'price',
  notice_invalid: 'minimum_notice_hours',
  cancellation_notice_invalid: 'cancellation_notice_hours',
};
