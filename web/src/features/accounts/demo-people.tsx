import { useState } from 'react';
import { useSiteQuery } from '@/api/site';
import { Avatar } from '@/components/ui/avatar';
import { Banner } from '@/components/ui/banner';
import { sortProblem } from '@/lib/form-problem';
import { useLogInMutation } from './api';

const nameOf = (email: string) => {
  const name = email.split('@')[0] ?? email;
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** On a demo server: one press signs in as one of its people. Elsewhere nothing. */
export function DemoPeople() {
  const { data: site } = useSiteQuery();
  const [logIn, { isLoading }] = useLogInMutation();
  const [failure, setFailure] = useState<string>();
  if (!site?.demo) return null;

  const signInAs = async (email: string, password: string) => {
    setFailure(undefined);
    const result = await logIn({ email, password });
    if (result.error) setFailure(sortProblem(result.error, [], {}).form);
  };

  return (
    <section aria-labelledby="demo-people" className="grid gap-3">
      <h2 id="demo-people" className="text-sm font-medium">
        This is a demo. Sign in as
      </h2>
      {failure && <Banner tone="danger">{failure}</Banner>}
      <ul className="grid gap-2">
        {site.demo.people.map(({ email, password, role }) => (
          <li key={email}>
            <button
              type="button"
              disabled={isLoading}
              onClick={() => signInAs(email, password)}
              className="flex w-full items-center gap-3 rounded-md border border-border bg-surface p-3 text-left text-sm transition-colors hover:border-edge hover:bg-surface-2 disabled:opacity-55"
            >
              <Avatar name={nameOf(email)} size="sm" />
              <span className="font-medium">{nameOf(email)}</span>
              <span className="ml-auto text-muted">{role}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
