//! Files beside a session.

use bytes::Bytes;

use super::model::{Attachment, Upload};
use super::{Notes, NotesError, media, rules, store};
use crate::kernel::ids::{AttachmentId, SessionId, UserId};

/// Of one session.
const ATTACHMENTS_MAX: i64 = 50;

impl Notes {
    /// Keeps a file. What it is its first bytes say; what its sender says must agree.
    pub(super) async fn attach(
        &self,
        me: UserId,
        session: SessionId,
        upload: Upload,
    ) -> Result<Attachment, NotesError> {
        self.people(me, session).await?;
        self.uploads_per_user.take(self.kernel.clock.now(), me).map_err(NotesError::RateLimited)?;
        let media_type = media::recognise(&upload.bytes, upload.declared.as_deref())?;
        let name = &rules::file_name(&upload.name);
        let id = AttachmentId::generate(&self.kernel.random, &self.kernel.clock);
        let size = i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX);
        let (now, quota) = (self.kernel.clock.now(), self.kernel.config.notes.attachments_per_user_bytes);
        let quota = i64::try_from(quota).unwrap_or(i64::MAX);
        // The bytes come first: a row always has its file.
        self.objects.store(id, upload.bytes).await?;
        let kept = self
            .kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    if store::count_attachments(&mut tx, session).await? >= ATTACHMENTS_MAX {
                        return Err(NotesError::AttachmentsFull);
                    }
                    if !store::use_quota(&mut tx, me, size, quota).await? {
                        return Err(NotesError::QuotaUsedUp);
                    }
                    store::insert_attachment(&mut tx, id, session, me, (name, media_type, size), now).await?;
                    store::attachment(&mut tx, session, id).await?.ok_or(NotesError::AttachmentUnknown)
                })
            })
            .await;
        if kept.is_err() {
            self.objects.remove(id).await;
        }
        kept
    }

    pub(super) async fn attachment(
        &self,
        me: UserId,
        session: SessionId,
        id: AttachmentId,
    ) -> Result<(Attachment, Bytes), NotesError> {
        self.people(me, session).await?;
        let found = store::attachment(&mut *self.kernel.db.read().await?, session, id).await?;
        let found = found.ok_or(NotesError::AttachmentUnknown)?;
        let bytes = self.objects.read(id).await?;
        Ok((found, bytes))
    }

    /// Takes a file away. Only who brought it may.
    pub(super) async fn detach(&self, me: UserId, session: SessionId, id: AttachmentId) -> Result<(), NotesError> {
        self.people(me, session).await?;
        self.kernel
            .db
            .write(|mut tx| {
                Box::pin(async move {
                    let found = store::attachment(&mut tx, session, id).await?;
                    let found = found.ok_or(NotesError::AttachmentUnknown)?;
                    if found.uploaded_by.id != me {
                        return Err(NotesError::UploaderRequired);
                    }
                    store::delete_attachment(&mut tx, id).await?;
                    store::give_quota_back(&mut tx, me, found.bytes).await?;
                    Ok(())
                })
            })
            .await?;
        self.objects.remove(id).await;
        Ok(())
    }
}
