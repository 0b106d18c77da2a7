//! Pictures of people: what is uploaded is read, cut to a square and written anew, so that nothing of the original file
//! (places, cameras, tricks) is ever served.

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use tokio::sync::Semaphore;

use super::error::AccountsError;
use crate::kernel::config::Config;

/// What an upload may weigh. Browsers send a few hundred kilobytes.
pub(super) const MAX_BYTES: usize = 4 << 20;
/// Sides of what is read: four bytes a pixel at once in memory.
const MAX_SIDE: u32 = 4_096;
/// Side of what is kept: three times the largest place it is shown at.
const SIDE: u32 = 320;
const QUALITY: u8 = 85;
/// Pictures in the making at once; each may take 130 MB.
const AT_ONCE: usize = 1;

/// The folder of pictures.
#[derive(Clone)]
pub(super) struct Pictures {
    folder: PathBuf,
    permits: Arc<Semaphore>,
}

impl Pictures {
    pub(super) fn of(config: &Config) -> Self {
        Self { folder: config.data_dir.join("avatars"), permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Makes a picture of `upload` under a new name.
    pub(super) async fn store(&self, upload: bytes::Bytes, name: String) -> Result<(), AccountsError> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let folder = self.folder.clone();
        let work = move || {
            let jpeg = remake(&upload)?;
            fs::create_dir_all(&folder)?;
            // Written beside and renamed: nobody is served half a picture.
            let draft = folder.join(format!("{name}.new"));
            let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
            out.write_all(&jpeg)?;
            out.sync_all()?;
            fs::rename(&draft, folder.join(format!("{name}.jpg")))?;
            Ok(())
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| AccountsError::Storage(std::io::Error::other(error)))?
    }

    /// A picture's bytes; None when there is none of this name.
    pub(super) async fn read(&self, name: &str) -> Option<Vec<u8>> {
        if !is_name(name) {
            return None;
        }
        tokio::fs::read(self.folder.join(format!("{name}.jpg"))).await.ok()
    }

    /// Takes a picture away that nobody has any more.
    pub(super) async fn remove(&self, name: &str) {
        if is_name(name)
            && let Err(error) = tokio::fs::remove_file(self.folder.join(format!("{name}.jpg"))).await
        {
            tracing::warn!(%error, "a picture nobody has could not be removed");
        }
    }
}

/// 128 random bits as URL-safe text: nothing else is ever part of a path.
fn is_name(text: &str) -> bool {
    text.len() == 22 && text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
}

/// A square JPEG of whatever `upload` shows, without anything else that was in it.
fn remake(upload: &[u8]) -> Result<Vec<u8>, AccountsError> {
    let unreadable = |_| AccountsError::PictureUnreadable;
    // By its first bytes; neither a name nor a header of the request has a say.
    let format = image::guess_format(upload).map_err(unreadable)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(AccountsError::PictureUnreadable);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| match error {
        image::ImageError::Limits(_) => AccountsError::PictureTooLarge,
        _ => AccountsError::PictureUnreadable,
    })?;
    // Not every decoder heeds limits: sides are known before anything is decoded.
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(AccountsError::PictureTooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    let square = on_white(&picture.resize_to_fill(SIDE, SIDE, FilterType::CatmullRom));
    let mut jpeg = Vec::new();
    square.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY)).map_err(unreadable)?;
    Ok(jpeg)
}

/// JPEG knows no transparency.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u16::from);
        let over = |colour: u16| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        Rgb([over(red), over(green), over(blue)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, colour: [u8; 4]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = image::RgbaImage::from_pixel(width, height, image::Rgba(colour));
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).expect("encodes");
        bytes
    }

    #[test]
    fn a_picture_becomes_a_square_jpeg() {
        for (upload, colour) in [(png(1, 900, [200, 40, 40, 255]), [200, 40, 40]), (png(900, 600, [0; 4]), [255; 3])] {
            let made = remake(&upload).expect("a picture");
            assert_eq!(image::guess_format(&made).expect("a picture"), ImageFormat::Jpeg);
            let made = image::load_from_memory(&made).expect("a picture").to_rgb8();
            assert_eq!(made.dimensions(), (SIDE, SIDE));
            let found = made.get_pixel(100, 100).0;
            assert!(found.iter().zip(colour).all(|(found, sent)| found.abs_diff(sent) < 8), "{found:?} for {colour:?}");
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let mut upload = png(8, 8, [9, 9, 9, 255]);
        // The header says 60,000 by 60,000 (with a checksum that fits).
        upload[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let sum = crc32(&upload[12..29]);
        upload[29..33].copy_from_slice(&sum.to_be_bytes());
        assert!(matches!(remake(&upload), Err(AccountsError::PictureTooLarge)));
        assert!(matches!(remake(&png(4_097, 1, [0; 4])), Err(AccountsError::PictureTooLarge)));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let whole = png(40, 40, [1, 2, 3, 255]);
        for upload in
            [&b""[..], b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", &whole[..60], b"\xff\xd8\xff\xe0"]
        {
            assert!(matches!(remake(upload), Err(AccountsError::PictureUnreadable)), "{upload:?}");
        }
    }

    #[test]
    fn nothing_but_a_name_is_part_of_a_path() {
        for (text, expected) in [("abcdefghijklmnopqrst-_", true), ("../../../../etc/passwd", false), ("", false)] {
            assert_eq!(is_name(text), expected, "{text}");
        }
    }

    /// PNG's checksum (ISO 3309).
    fn crc32(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for byte in bytes {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
            }
        }
        !crc
    }
}
