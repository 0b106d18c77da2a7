import { lazy } from 'react';

// What a page shows only after a choice, or below what one came for, loads after it.

export const AttendanceSection = lazy(async () => ({
  default: (await import('./attendance-section')).AttendanceSection,
}));
export const BookForm = lazy(async () => ({ default: (await import('./book-form')).BookForm }));
export const CancelDialog = lazy(async () => ({
  default: (await import('./cancel-dialog')).CancelDialog,
}));
export const GroupList = lazy(async () => ({ default: (await import('./group-list')).GroupList }));
export const HoldStep = lazy(async () => ({ default: (await import('./hold-step')).HoldStep }));
export const MoveDialog = lazy(async () => ({
  default: (await import('./move-dialog')).MoveDialog,
}));
export const NotesSection = lazy(async () => ({
  default: (await import('./notes/notes-section')).NotesSection,
}));
export const ProposalCard = lazy(async () => ({
  default: (await import('./proposal-card')).ProposalCard,
}));
export const ProposeDialog = lazy(async () => ({
  default: (await import('./propose-dialog')).ProposeDialog,
}));
export const ReviewSection = lazy(async () => ({
  default: (await import('./review-section')).ReviewSection,
}));
export const SeriesList = lazy(async () => ({
  default: (await import('./series-list')).SeriesList,
}));
export const WaitStep = lazy(async () => ({ default: (await import('./wait-step')).WaitStep }));
