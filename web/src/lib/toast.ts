/** A short notice that goes by itself. For what must be read use a banner. */
export interface Toast {
  id: number;
  tone: 'neutral' | 'success' | 'danger';
  title: string;
  detail?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

const LIMIT = 3;
let nextId = 1;
let toasts: readonly Toast[] = [];
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  listeners.forEach((listener) => listener());
}

/** Shows a notice; callable from anywhere. Of more than three the oldest goes. */
export function toast(notice: Omit<Toast, 'id' | 'tone'> & { tone?: Toast['tone'] }): number {
  const id = nextId++;
  set([...toasts.slice(1 - LIMIT), { tone: 'neutral', ...notice, id }]);
  return id;
}

export function dismissToast(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

export function listToasts(): readonly Toast[] {
  return toasts;
}

/** Whether there has been one since the page was opened. */
export function hasHadToasts(): boolean {
  return nextId > 1;
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
