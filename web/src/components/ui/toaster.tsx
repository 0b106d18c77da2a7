import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import { dismissToast, listToasts, subscribeToasts } from '@/lib/toast';

/** Once in the app: shows what `toast()` was given, in a live region. F8 moves the focus there. */
export function Toaster() {
  const toasts = useSyncExternalStore(subscribeToasts, listToasts);
  return (
    <Radix.Provider label="Notice" duration={6000} swipeDirection="right">
      {toasts.map(({ id, tone, title, detail, action }) => (
        <Radix.Root
          key={id}
          type={tone === 'danger' ? 'foreground' : 'background'}
          onOpenChange={(open) => {
            if (!open) dismissToast(id);
          }}
          className="flex animate-rise items-start gap-3 rounded-md bg-foreground p-4 text-sm text-background shadow-float"
        >
          {tone === 'danger' && <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />}
          {tone === 'success' && <CircleCheck className="mt-0.5 size-4 shrink-0" aria-hidden />}
          <div className="min-w-0 flex-1">
            <Radix.Title className="font-medium">{title}</Radix.Title>
            {detail && <Radix.Description className="opacity-85">{detail}</Radix.Description>}
          </div>
          {action && (
            <Radix.Action
              altText={action.label}
              onClick={action.run}
              className="rounded-sm px-1 font-semibold underline underline-offset-4"
            >
              {action.label}
            </Radix.Action>
          )}
          <Radix.Close aria-label="Dismiss" className="rounded-sm opacity-75 hover:opacity-100">
            <X className="size-4" aria-hidden />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed inset-x-4 top-4 z-60 ml-auto flex max-w-sm flex-col gap-2 outline-none sm:top-20" />
    </Radix.Provider>
  );
}
