import { useState } from 'react';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { sortProblem } from '@/lib/form-problem';
import { useBeginSignInMutation, useSignInProvidersQuery } from './api';
import { rememberReturn } from './return-after-provider';

interface ProviderButtonsProps {
  returnTo: string;
  /** Nothing else is offered beside them. */
  alone?: boolean;
}

/** Ways to sign in by somebody else: nothing where none is configured. */
export function ProviderButtons({ returnTo, alone = false }: ProviderButtonsProps) {
  const { data: providers } = useSignInProvidersQuery();
  const [begin, { isLoading }] = useBeginSignInMutation();
  const [failure, setFailure] = useState<string>();
  if (!providers?.length) return null;

  const go = async (id: string) => {
    setFailure(undefined);
    const { data, error } = await begin(id);
    if (error) {
      setFailure(sortProblem(error, [], {}).form);
      return;
    }
    rememberReturn(returnTo);
    window.location.assign(data.url);
  };

  return (
    <div className="grid gap-3">
      {failure && <Banner tone="danger">{failure}</Banner>}
      {providers.map(({ id, name }) => (
        <Button key={id} variant="secondary" size="lg" busy={isLoading} onClick={() => go(id)}>
          Continue with {name}
        </Button>
      ))}
      {!alone && <p className="text-center text-sm text-muted">or with a password</p>}
    </div>
  );
}
