//! The archive somebody takes with them.

use std::io::{Cursor, Error, Write};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::store::Files;
use crate::kernel::clock::Timestamp;

/// JSON files, the picture, and a text that says what they are.
pub(super) fn zip(site: &str, now: Timestamp, files: &Files, picture: Option<&[u8]>) -> Result<Vec<u8>, Error> {
    let made_at = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
    let options = SimpleFileOptions::default()
        // As they are: whoever reads them needs no more than any unzip.
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(date(&made_at).unwrap_or_default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, bytes: &[u8]| {
        zip.start_file(name, options).map_err(Error::other)?;
        zip.write_all(bytes)
    };
    put("README.txt", readme(site, &made_at.strftime("%-d %B %Y, %H:%M UTC").to_string()).as_bytes())?;
    for (file, content) in files {
        let content = serde_json::to_vec_pretty(&Value::Object(content.clone()))?;
        put(&format!("{file}.json"), &content)?;
    }
    if let Some(picture) = picture {
        put("picture.jpg", picture)?;
    }
    Ok(zip.finish().map_err(Error::other)?.into_inner())
}

fn date(at: &jiff::Zoned) -> Option<DateTime> {
    let part = |number: i8| u8::try_from(number).ok();
    let year = u16::try_from(at.year()).ok()?;
    let (month, day) = (part(at.month())?, part(at.day())?);
    DateTime::from_date_and_time(year, month, day, part(at.hour())?, part(at.minute())?, part(at.second())?).ok()
}

fn readme(site: &str, made_at: &str) -> String {
    format!(
        "What {site} knows of you, made on {made_at}.\n\n\
         Each .json file is one part of the server. Times ending in _ms are milliseconds since 1970 (UTC), amounts \
         ending in _minor are cents or the like. Passwords, keys and codes are left out: the server has them only in a \
         form nobody can read. Other people's data is theirs and left out too.\n"
    )
}
