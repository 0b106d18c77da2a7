import { type ChangeEvent, useRef, useState } from 'react';
import type { User } from '@/api/types';
import { Avatar } from '@/components/ui/avatar';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { sortProblem } from '@/lib/form-problem';
import { useRemovePictureMutation, useSavePictureMutation } from './api';
import { squarePicture } from './square-picture';

/** The person's picture: choose, change, take away. */
export function PictureEditor({ me }: { me: User }) {
  const file = useRef<HTMLInputElement>(null);
  const [save, saving] = useSavePictureMutation();
  const [remove, removing] = useRemovePictureMutation();
  const [failure, setFailure] = useState<string>();
  const [reading, setReading] = useState(false);

  const choose = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const chosen = target.files?.[0];
    // So that choosing the same file again is heard.
    target.value = '';
    if (!chosen) return;
    setFailure(undefined);
    setReading(true);
    const picture = await squarePicture(chosen);
    setReading(false);
    if (!picture) {
      setFailure('This is not a picture your browser can read. Take a JPEG, PNG or WebP file.');
      return;
    }
    const { error } = await save(picture);
    if (error) setFailure(sortProblem(error, [], {}).form);
  };

  const takeAway = async () => {
    setFailure(undefined);
    const { error } = await remove();
    if (error) setFailure(sortProblem(error, [], {}).form);
  };

  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-4">
        <Avatar name={me.display_name} picture={me.picture_url} size="lg" />
        <input
          ref={file}
          type="file"
          accept="image/jpeg,image/png,image/webp"
          aria-label="Picture file"
          tabIndex={-1}
          className="sr-only"
          onChange={choose}
        />
        <Button
          variant="secondary"
          busy={reading || saving.isLoading}
          onClick={() => file.current?.click()}
        >
          {me.picture_url ? 'Change picture…' : 'Add a picture…'}
        </Button>
        {me.picture_url && (
          <Button variant="ghost" busy={removing.isLoading} onClick={takeAway}>
            Remove picture
          </Button>
        )}
      </div>
      {failure && <Banner tone="danger">{failure}</Banner>}
    </div>
  );
}
