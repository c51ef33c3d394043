//! Pictures as they are kept: what they show, without what cameras, phones and programs add (where it was taken, by whom, with what,
//! smaller copies of what it showed before it was cut, and whatever stands behind its end). Nothing is decoded: files are taken apart,
//! and only parts that are known to belong to the picture are put together again. Pure.
//!
//! PNG and WebP are taken apart by `img-parts`. JPEG is not: that crate takes all that stands behind the first scan for picture data,
//! and phones put whole films there. GIF it does not know.

#[cfg(test)]
mod tests;

use img_parts::Bytes;
use img_parts::png::{Png, PngChunk};
use img_parts::riff::RiffContent;
use img_parts::webp::WebP;

/// Most chunks of one file. Real ones have a few thousand; each costs a hundred times its smallest size while it is worked on.
const CHUNKS_MAX: usize = 50_000;

/// Chunks of PNG that belong to the picture: the critical ones, what colors mean, how large a pixel is, and frames.
#[rustfmt::skip]
const PNG_KEPT: [[u8; 4]; 14] = [
    *b"IHDR", *b"PLTE", *b"IDAT", *b"IEND", *b"tRNS", *b"gAMA", *b"cHRM", *b"sRGB", *b"iCCP", *b"sBIT", *b"pHYs",
    *b"acTL", *b"fcTL", *b"fdAT",
];
/// Chunks of WebP that belong to the picture.
const WEBP_KEPT: [[u8; 4]; 7] = [*b"VP8X", *b"VP8 ", *b"VP8L", *b"ALPH", *b"ANIM", *b"ANMF", *b"ICCP"];
/// Flags of `VP8X` that say that there is Exif or XMP.
const WEBP_METADATA: u8 = 0b0000_1100;

// Markers of JPEG.
const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;

const EXIF: &[u8] = b"Exif\0\0";
/// Exif's tag for how a picture is to be turned.
const ORIENTATION: u16 = 0x0112;
/// What an orientation is stored as: a number of 16 bits.
const SHORT: u16 = 3;

/// What a file was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Picture {
    Png,
    Jpeg,
    WebP,
    Gif,
}

impl Picture {
    /// What the first bytes of a file say it is; `None`: no picture that is known here.
    pub(super) fn of(content: &[u8]) -> Option<Self> {
        if content.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if content.starts_with(&[0xff, SOI, 0xff]) {
            Some(Self::Jpeg)
        } else if content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else if content.starts_with(b"GIF87a") || content.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else {
            None
        }
    }

    /// Its name in HTTP.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// The picture without what does not belong to it; `None` when it cannot be taken apart, because it is damaged or not whole.
    pub(super) fn stripped(self, content: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::Png => png(content.into()),
            Self::Jpeg => jpeg(&content),
            Self::WebP => webp(content.into()),
            Self::Gif => gif(&content),
        }
    }
}

fn png(content: Bytes) -> Option<Vec<u8>> {
    let mut png = Png::from_bytes(content).ok()?;
    let chunks = png.chunks_mut();
    let is_whole = chunks.first()?.kind() == *b"IHDR" && chunks.last()?.kind() == *b"IEND" && chunks.len() <= CHUNKS_MAX;
    if !is_whole || !chunks.iter().any(|chunk| chunk.kind() == *b"IDAT") {
        return None;
    }
    chunks.retain(|chunk| PNG_KEPT.contains(&chunk.kind()));
    // The end has no content; what somebody put into it goes too.
    *chunks.last_mut()? = PngChunk::new(*b"IEND", Bytes::new());
    Some(png.encoder().bytes().to_vec())
}

fn webp(content: Bytes) -> Option<Vec<u8>> {
    let mut webp = WebP::from_bytes(content).ok()?;
    let chunks = webp.chunks_mut();
    chunks.retain(|chunk| WEBP_KEPT.contains(&chunk.id()));
    let has_picture = chunks.iter().any(|chunk| matches!(&chunk.id(), b"VP8 " | b"VP8L" | b"ANMF"));
    if !has_picture || chunks.len() > CHUNKS_MAX {
        return None;
    }
    for chunk in chunks.iter_mut().filter(|chunk| chunk.id() == *b"VP8X") {
        let RiffContent::Data(data) = chunk.content_mut() else { return None };
        let mut extended = data.to_vec();
        *extended.first_mut()? &= !WEBP_METADATA;
        *data = extended.into();
    }
    Some(webp.encoder().bytes().to_vec())
}

/// A marker of JPEG, what stands before it, and what behind.
struct Marked<'a> {
    before: &'a [u8],
    marker: u8,
    behind: &'a [u8],
}

/// The next marker that is not part of a scan.
fn next_marker(bytes: &[u8]) -> Option<Marked<'_>> {
    let mut at = 0;
    loop {
        let start = at + bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        // Any number of these may stand before a marker.
        let place = start + bytes.get(start..)?.iter().position(|byte| *byte != 0xff)?;
        match bytes[place] {
            // A byte of the scan that looks like a marker, and marks to set in again at.
            0x00 | 0x01 | 0xd0..=0xd7 => at = place + 1,
            marker => return Some(Marked { before: &bytes[..start], marker, behind: &bytes[place + 1..] }),
        }
    }
}

/// The content of the segment that begins here, and what stands behind it.
fn segment(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::from(u16::from_be_bytes(bytes.get(..2)?.try_into().ok()?));
    Some((bytes.get(2..length)?, bytes.get(length..)?))
}

fn put(into: &mut Vec<u8>, marker: u8, content: &[u8]) {
    // Never longer than what was read, and that had its length in 16 bits.
    let length = (content.len() + 2) as u16;
    into.extend([0xff, marker]);
    into.extend(length.to_be_bytes());
    into.extend(content);
}

fn jpeg(content: &[u8]) -> Option<Vec<u8>> {
    let mut rest = content.strip_prefix(&[0xff, SOI])?;
    let mut kept = Vec::with_capacity(content.len());
    kept.extend([0xff, SOI]);
    let (mut has_frame, mut has_scan, mut is_turned, mut is_in_scan) = (false, false, false, false);
    loop {
        let Marked { before, marker, behind } = next_marker(rest)?;
        if is_in_scan {
            kept.extend(before);
        }
        if marker == EOI {
            kept.extend([0xff, EOI]);
            return (has_frame && has_scan).then_some(kept);
        }
        if marker == SOI {
            return None;
        }
        let (content, behind) = segment(behind)?;
        rest = behind;
        is_in_scan = marker == SOS;
        has_scan |= is_in_scan;
        match marker {
            // Frames and tables; 0xc8 is nothing yet.
            0xc0..=0xc7 | 0xc9..=0xcf | SOS..=0xdf => {
                // Two of the numbers among those of frames are tables.
                has_frame |= marker <= 0xcf && !matches!(marker, 0xc4 | 0xcc);
                put(&mut kept, marker, content);
            }
            // Without the small picture that may stand in it.
            APP0 if content.starts_with(b"JFIF\0") && content.len() >= 14 => {
                put(&mut kept, APP0, &[&content[..12], &[0, 0]].concat());
            }
            APP1 if !is_turned => {
                if let Some(orientation) = orientation(content) {
                    put(&mut kept, APP1, &exif(orientation));
                    is_turned = true;
                }
            }
            APP2 if content.starts_with(b"ICC_PROFILE\0") => put(&mut kept, APP2, content),
            // Says what the colors are.
            APP14 if content.starts_with(b"Adobe") => put(&mut kept, APP14, content.get(..12)?),
            _ => {}
        }
    }
}

/// How a picture is to be turned, as its Exif says; `None` when it is not.
fn orientation(segment: &[u8]) -> Option<u16> {
    let tiff = segment.strip_prefix(EXIF)?;
    let is_little_endian = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let (first, second) = (u32::from(short(4)?), u32::from(short(6)?));
    let directory = if is_little_endian { second << 16 | first } else { first << 16 | second };
    let directory = usize::try_from(directory).ok()?;
    let fields = (0..usize::from(short(directory)?)).filter_map(|n| directory.checked_add(2 + 12 * n));
    let field = fields.into_iter().find(|at| short(*at) == Some(ORIENTATION) && short(at + 2) == Some(SHORT))?;
    short(field + 8).filter(|orientation| (2..=8).contains(orientation))
}

/// Exif that says how a picture is to be turned, and nothing else.
fn exif(orientation: u16) -> Vec<u8> {
    let mut exif = [EXIF, b"MM\0*", &8_u32.to_be_bytes()].concat();
    for number in [1, ORIENTATION, SHORT, 0, 1, orientation, 0, 0, 0] {
        exif.extend(number.to_be_bytes());
    }
    exif
}

/// How many bytes the table of colors behind these flags takes.
fn color_table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 0b111) + 1) }
}

/// How many bytes the blocks take that begin here, with the empty one that ends them.
fn blocks(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match usize::from(*bytes.get(at)?) {
            0 => return Some(at + 1),
            length => at += 1 + length,
        }
    }
}

/// Puts the first `count` bytes into `kept` and takes them off.
fn keep<'a>(bytes: &'a [u8], count: usize, kept: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (first, rest) = bytes.split_at_checked(count)?;
    kept.extend(first);
    Some(rest)
}

fn gif(content: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(content.len());
    let mut has_picture = false;
    // Signature and screen.
    let mut rest = keep(content, 13 + color_table(*content.get(10)?), &mut kept)?;
    loop {
        match *rest.first()? {
            // The end.
            b';' => {
                kept.push(b';');
                return has_picture.then_some(kept);
            }
            // A picture: where it is, its colors, the size of its codes, its data.
            b',' => {
                rest = keep(rest, 10 + color_table(*rest.get(9)?) + 1, &mut kept)?;
                rest = keep(rest, blocks(rest)?, &mut kept)?;
                has_picture = true;
            }
            // An extension, of which only how long a picture is shown, and how often all are, belong to it.
            b'!' => {
                let length = 2 + blocks(rest.get(2..)?)?;
                let is_loop = |name: &[u8; 11]| rest.get(3..14) == Some(name.as_slice());
                let is_kept = match *rest.get(1)? {
                    0xf9 => true,
                    0xff => is_loop(b"NETSCAPE2.0") || is_loop(b"ANIMEXTS1.0"),
                    _ => false,
                };
                let extension = rest.get(..length)?;
                if is_kept {
                    kept.extend(extension);
                }
                rest = &rest[length..];
            }
            _ => return None,
        }
    }
}
