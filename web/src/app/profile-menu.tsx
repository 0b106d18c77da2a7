import {
  CalendarCheck,
  CalendarClock,
  ClipboardList,
  GraduationCap,
  Heart,
  House,
  LogOut,
  Scale,
  Search,
  Settings,
  Star,
  UserCheck,
  Users,
} from 'lucide-react';
import { Link, useNavigate } from 'react-router';
import { isProblem } from '@/api/problem';
import type { User } from '@/api/types';
import { Avatar } from '@/components/ui/avatar';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { useLogOutMutation } from '@/features/accounts/api';
import { sortProblem } from '@/lib/form-problem';
import { toast } from '@/lib/toast';
import { ThemeItems } from './theme-menu';

/** The person's own menu: pages, theme, signing out. */
export function ProfileMenu({ user }: { user: User }) {
  const navigate = useNavigate();
  const [logOut] = useLogOutMutation();

  const leave = async () => {
    // First away from pages that need a login, or their guard would ask to sign in again.
    await navigate('/');
    const result = await logOut();
    const alreadyOut = isProblem(result.error) && result.error.status === 401;
    if (result.error && !alreadyOut) {
      toast({
        tone: 'danger',
        title: 'You are still signed in',
        detail: sortProblem(result.error, [], {}).form,
      });
    }
  };

  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger
        aria-label={`Your menu, ${user.display_name}`}
        className="rounded-full p-0.5"
      >
        <Avatar name={user.display_name} picture={user.picture_url} size="sm" />
      </DropdownMenuTrigger>
      <DropdownMenuContent place="here">
        <div className="max-w-60 px-2 py-1.5 text-sm">
          <p className="truncate font-medium">{user.display_name}</p>
          <p className="truncate text-muted">{user.email}</p>
        </div>
        <DropdownMenuSeparator />
        <DropdownMenuItem asChild>
          <Link to="/home">
            <House aria-hidden /> Home
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <Link to="/bookings">
            <CalendarCheck aria-hidden /> My bookings
          </Link>
        </DropdownMenuItem>
        {user.mentor?.status === 'approved' && (
          <DropdownMenuItem asChild>
            <Link to="/availability">
              <CalendarClock aria-hidden /> When I can be booked
            </Link>
          </DropdownMenuItem>
        )}
        <DropdownMenuItem asChild>
          <Link to="/sessions">
            <Users aria-hidden /> My sessions
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <Link to="/mentors">
            <Search aria-hidden /> Find a mentor
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <Link to="/saved-mentors">
            <Heart aria-hidden /> Saved mentors
          </Link>
        </DropdownMenuItem>
        <DropdownMenuItem asChild>
          <Link to="/mentor-profile">
            <GraduationCap aria-hidden />{' '}
            {user.mentor?.status === 'approved' ? 'My mentor page' : 'Become a mentor'}
          </Link>
        </DropdownMenuItem>
        {user.is_admin && (
          <DropdownMenuItem asChild>
            <Link to="/admin/mentor-applications">
              <ClipboardList aria-hidden /> Mentor applications
            </Link>
          </DropdownMenuItem>
        )}
        {user.is_admin && (
          <DropdownMenuItem asChild>
            <Link to="/admin/mentors">
              <UserCheck aria-hidden /> Mentors
            </Link>
          </DropdownMenuItem>
        )}
        {user.is_admin && (
          <DropdownMenuItem asChild>
            <Link to="/admin/disputes">
              <Scale aria-hidden /> Disputes
            </Link>
          </DropdownMenuItem>
        )}
        {user.is_admin && (
          <DropdownMenuItem asChild>
            <Link to="/admin/reviews">
              <Star aria-hidden /> Reviews
            </Link>
          </DropdownMenuItem>
        )}
        <DropdownMenuItem asChild>
          <Link to="/settings">
            <Settings aria-hidden /> Settings
          </Link>
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <ThemeItems />
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={() => void leave()}>
          <LogOut aria-hidden /> Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
