/** What stands between a mentor and their first booking. Pure. */
import type { Availability, Offering, User } from '@/api/types';

interface Facts {
  mentor: NonNullable<User['mentor']>;
  hours: Availability | undefined;
  offerings: Offering[] | undefined;
  /** They took the link of their page. */
  shared: boolean;
}

export interface Step {
  id: 'profile' | 'approval' | 'hours' | 'offering' | 'share';
  title: string;
  /** Why, or what now. */
  more: string;
  isDone: boolean;
  /** Where it is done; absent when it is done here, or by others. */
  to?: string;
  action?: string;
}

export function stepsOf({ mentor, hours, offerings, shared }: Facts): Step[] {
  const declined = mentor.status === 'declined';
  return [
    {
      id: 'profile',
      title: 'Write your page',
      more: declined
        ? 'An administrator asks for changes: read why, and send it again.'
        : 'What you help with, in which languages.',
      isDone: mentor.slug !== null && !declined,
      to: '/mentor-profile',
      action: declined ? 'Read why' : 'Write it',
    },
    {
      id: 'approval',
      title: 'Be approved',
      more: 'An administrator looks at it. There is nothing to do for you.',
      isDone: mentor.status === 'approved',
    },
    {
      id: 'hours',
      title: 'Say when you are free',
      more: 'The hours of your week that people may book.',
      isDone: (hours?.weekly.length ?? 0) > 0 || (hours?.overrides.length ?? 0) > 0,
      to: '/availability',
      action: 'Say when',
    },
    {
      id: 'offering',
      title: 'Offer something',
      more: 'How long, for how many, and what you ask beforehand.',
      isDone: offerings?.some(({ is_active }) => is_active) ?? false,
      to: '/offerings',
      action: 'Offer something',
    },
    {
      id: 'share',
      title: 'Share your page',
      more: 'Send its link to somebody who should book you.',
      isDone: shared,
    },
  ];
}

/** The first that is not done; undefined: all are. */
export function nextStep(steps: Step[]): Step | undefined {
  return steps.find(({ isDone }) => !isDone);
}
