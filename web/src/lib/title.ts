import { useEffect } from 'react';

/** Names the page in the tab and for screen readers: "My sessions · FaceMentor". */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title ? `${title} · FaceMentor` : 'FaceMentor';
  }, [title]);
}
