/** A typed event emitter. Listeners may leave while an event is delivered. */
export class Emitter<Events extends Record<string, unknown>> {
  private readonly listeners = new Map<keyof Events, Set<(detail: never) => void>>();

  /** Calls `listener` at every `event`; the answer ends that. */
  on<Name extends keyof Events>(event: Name, listener: (detail: Events[Name]) => void): () => void {
    const set = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  protected emit<Name extends keyof Events>(event: Name, detail: Events[Name]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      (listener as (detail: Events[Name]) => void)(detail);
    }
  }
}
