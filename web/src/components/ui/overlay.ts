/** The dimmed page behind a dialog or a sheet. */
export const overlayStyle = 'animate-fade fixed inset-0 z-40 bg-scrim';
