import { Link, useLocation } from 'react-router';
import { useMeQuery } from '@/api/me';
import { Banner } from '@/components/ui/banner';
import { ResendConfirmation } from './resend-confirmation';

/** Tells people who have not confirmed their address, on every page but the one that does it. */
export function UnverifiedBanner({ className }: { className?: string }) {
  const { data: me } = useMeQuery();
  const { pathname } = useLocation();
  if (!me || me.email_verified || pathname === '/verify-email') return null;
  return (
    <Banner
      tone="warning"
      title="Confirm your e-mail address"
      className={className ?? ''}
      action={<ResendConfirmation email={me.email} />}
    >
      We sent a letter with a link to {me.email}. Until you open it you cannot become a mentor, and
      letters about your sessions may not reach you. Wrong address?{' '}
      <Link to="/settings" className="font-medium underline">
        Change it in the settings
      </Link>
      .
    </Banner>
  );
}
