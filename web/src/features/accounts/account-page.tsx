import type { ReactNode } from 'react';

interface AccountPageProps {
  title: string;
  lead: ReactNode;
  children: ReactNode;
  /** The way to the other page: "New here? Create an account". */
  footer?: ReactNode;
}

/** The frame of sign-in and sign-up: one narrow column, one thought. */
export function AccountPage({ title, lead, children, footer }: AccountPageProps) {
  return (
    <div className="mx-auto grid w-full max-w-sm gap-8 px-4 py-12 sm:py-20">
      <header className="grid gap-2">
        <h1 className="text-xl">{title}</h1>
        <p className="text-muted">{lead}</p>
      </header>
      {children}
      {footer && <p className="text-sm text-muted">{footer}</p>}
    </div>
  );
}
