//! Letters as files, where no mail server is configured: nothing leaves the machine, and developers can read them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::letter::Parcel;
use crate::kernel::clock::Timestamp;
use crate::kernel::config::Config;

/// The newest that are shown; older files stay where they are.
const SHOWN: usize = 200;

/// `mail/` in the data folder: a JSON file per letter, named so that they sort by age.
#[derive(Clone)]
pub struct Folder(PathBuf);

/// A letter in the folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FiledLetter {
    pub id: String,
    pub sent_at_ms: Timestamp,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The invitation that came with it, an iCalendar object.
    #[serde(default)]
    pub calendar: Option<String>,
}

impl Folder {
    pub fn of(config: &Config) -> Self {
        Self(config.data_dir.join("mail"))
    }

    /// Readable by the server's own user alone: letters hold links that are as good as passwords.
    pub(super) fn file(&self, parcel: &Parcel) -> std::io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let letter = FiledLetter {
            id: parcel.event.to_string(),
            sent_at_ms: parcel.sent_at,
            to: parcel.to.to_owned(),
            subject: parcel.letter.subject.clone(),
            text: parcel.letter.text(),
            html: parcel.letter.html(),
            calendar: parcel.invitation.map(|invitation| invitation.object.clone()),
        };
        // Written beside and renamed: nobody reads half a letter.
        let draft = self.0.join(format!("{}.new", letter.id));
        let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        out.write_all(&serde_json::to_vec_pretty(&letter)?)?;
        fs::rename(&draft, self.0.join(format!("{}.json", letter.id)))
    }

    /// The newest first.
    pub fn letters(&self) -> Vec<FiledLetter> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut paths: Vec<_> = entries.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
        // Named after their events, whose ids are ordered by time.
        paths.sort_unstable_by(|one, other| other.cmp(one));
        let letters = paths.iter().take(SHOWN).filter_map(|path| serde_json::from_slice(&fs::read(path).ok()?).ok());
        letters.collect()
    }
}
