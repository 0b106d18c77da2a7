//! The folder of files: their names are ids made here, nothing a person wrote is ever part of a path.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use bytes::Bytes;

use super::NotesError;
use crate::kernel::config::Config;
use crate::kernel::ids::AttachmentId;

#[derive(Clone)]
pub(super) struct Objects {
    folder: PathBuf,
}

impl Objects {
    pub(super) fn of(config: &Config) -> Self {
        Self { folder: config.data_dir.join("objects").join("attachments") }
    }

    /// Written beside and renamed: nobody is served half a file.
    pub(super) async fn store(&self, id: AttachmentId, bytes: Bytes) -> Result<(), NotesError> {
        let (folder, path) = (self.folder.clone(), self.path(id));
        let work = move || {
            fs::create_dir_all(&folder)?;
            let draft = path.with_extension("new");
            let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
            out.write_all(&bytes)?;
            out.sync_all()?;
            fs::rename(&draft, &path)
        };
        let done = tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?;
        Ok(done?)
    }

    pub(super) async fn read(&self, id: AttachmentId) -> Result<Bytes, NotesError> {
        Ok(tokio::fs::read(self.path(id)).await?.into())
    }

    pub(super) async fn remove(&self, id: AttachmentId) {
        if let Err(error) = tokio::fs::remove_file(self.path(id)).await {
            tracing::warn!(%error, "a file nobody has could not be removed");
        }
    }

    fn path(&self, id: AttachmentId) -> PathBuf {
        self.folder.join(id.to_string())
    }
}
