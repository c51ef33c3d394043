//! Small pictures, made by hand, with all that does not belong into them.

use img_parts::riff::RiffChunk;
use proptest::prelude::*;

use super::*;

/// Stands wherever it should not be found afterwards.
const SECRET: &[u8] = b"35.6895N 139.6917E";

fn has(bytes: &[u8], sought: &[u8]) -> bool {
    bytes.windows(sought.len()).any(|window| window == sought)
}

/// What is kept of a picture of this kind, found out from its bytes.
fn stripped(picture: Picture, content: &[u8]) -> Vec<u8> {
    assert_eq!(Picture::of(content), Some(picture));
    let kept = picture.stripped(content.to_vec()).unwrap();
    assert!(has(content, SECRET), "else nothing is shown by this");
    assert!(!has(&kept, SECRET));
    assert_eq!(Picture::of(&kept), Some(picture));
    assert_eq!(picture.stripped(kept.clone()).as_ref(), Some(&kept), "what was stripped has nothing left to strip");
    kept
}

fn segment_of(marker: u8, content: &[u8]) -> Vec<u8> {
    let mut segment = Vec::new();
    put(&mut segment, marker, content);
    segment
}

/// Exif with an orientation between other things.
fn full_exif(orientation: u8, is_little_endian: bool) -> Vec<u8> {
    let short = |number: u16| if is_little_endian { number.to_le_bytes() } else { number.to_be_bytes() };
    let mut exif = EXIF.to_vec();
    exif.extend(if is_little_endian { b"II*\0\x08\0\0\0" } else { b"MM\0*\0\0\0\x08" });
    exif.extend(short(2));
    // Its maker, somewhere behind, and then how it is turned.
    exif.extend([short(0x010f), short(2)].concat());
    exif.extend([0; 8]);
    exif.extend([short(ORIENTATION), short(SHORT)].concat());
    exif.extend(if is_little_endian { [1, 0, 0, 0] } else { [0, 0, 0, 1] });
    exif.extend(short(u16::from(orientation)));
    exif.extend([0; 6]);
    exif.extend(SECRET);
    exif
}

fn photo() -> Vec<u8> {
    let scan = [b"ab\xff\x00cd\xff\xd0ef".as_slice(), b"gh\xff\xd9"];
    [
        vec![0xff, SOI],
        segment_of(APP0, &[b"JFIF\0\x01\x02\x01\0\x48\0\x48\x02\x03".as_slice(), SECRET].concat()),
        segment_of(APP1, &full_exif(6, true)),
        segment_of(APP1, &[b"http://ns.adobe.com/xap/1.0/\0".as_slice(), SECRET].concat()),
        segment_of(APP2, b"ICC_PROFILE\0\x01\x01colors"),
        segment_of(APP2, &[b"MPF\0".as_slice(), SECRET].concat()),
        segment_of(0xed, SECRET),
        segment_of(APP14, &[b"Adobe\0\x64\0\0\0\0\x01".as_slice(), SECRET].concat()),
        segment_of(0xfe, SECRET),
        segment_of(0xdb, b"quantization"),
        segment_of(0xc2, b"frame"),
        segment_of(SOS, b"first"),
        scan[0].to_vec(),
        segment_of(0xfe, SECRET),
        segment_of(0xc4, b"more codes"),
        segment_of(SOS, b"second"),
        scan[1].to_vec(),
        // A film that belongs to the picture, as some phones have it.
        [b"MotionPhoto".as_slice(), SECRET].concat(),
    ]
    .concat()
}

#[test]
fn a_photo_loses_all_but_what_it_shows_its_colors_and_how_it_is_turned() {
    let kept = stripped(Picture::Jpeg, &photo());
    let expected = [
        vec![0xff, SOI],
        segment_of(APP0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\0\0"),
        segment_of(APP1, &exif(6)),
        segment_of(APP2, b"ICC_PROFILE\0\x01\x01colors"),
        segment_of(APP14, b"Adobe\0\x64\0\0\0\0\x01"),
        segment_of(0xdb, b"quantization"),
        segment_of(0xc2, b"frame"),
        segment_of(SOS, b"first"),
        b"ab\xff\x00cd\xff\xd0ef".to_vec(),
        segment_of(0xc4, b"more codes"),
        segment_of(SOS, b"second"),
        b"gh\xff\xd9".to_vec(),
    ];
    assert_eq!(kept, expected.concat());
}

#[test]
fn how_a_photo_is_turned_is_read_in_either_order_of_bytes() {
    assert_eq!(orientation(&full_exif(6, true)), Some(6));
    assert_eq!(orientation(&full_exif(8, false)), Some(8));
    assert_eq!(orientation(&full_exif(1, false)), None, "it is not turned");
    assert_eq!(orientation(&full_exif(9, false)), None, "nobody knows what that is");
    assert_eq!(orientation(&exif(3)), Some(3));
}

#[test]
fn a_photo_that_is_not_whole_is_refused() {
    let whole = photo();
    let end = whole.windows(4).position(|window| window == b"gh\xff\xd9").unwrap();
    assert_eq!(Picture::Jpeg.stripped(whole[..end + 2].to_vec()), None, "its end is missing");
    assert_eq!(Picture::Jpeg.stripped(b"\xff\xd8\xff\xd9".to_vec()), None, "there is nothing in it");
    assert_eq!(Picture::Jpeg.stripped(b"\xff\xd8\xff\xe1\0\x01".to_vec()), None, "a length that cannot be");
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    PngChunk::new(kind, Bytes::copy_from_slice(content)).encoder().bytes().to_vec()
}

#[test]
fn a_png_loses_its_texts() {
    let signature = b"\x89PNG\r\n\x1a\n".to_vec();
    let screenshot = [
        signature.clone(),
        chunk(*b"IHDR", b"0123456789abc"),
        chunk(*b"gAMA", b"1234"),
        chunk(*b"eXIf", SECRET),
        chunk(*b"tEXt", SECRET),
        chunk(*b"zzZz", SECRET),
        chunk(*b"IDAT", b"pixels"),
        chunk(*b"tIME", SECRET),
        chunk(*b"IEND", SECRET),
        SECRET.to_vec(),
    ];
    let kept = stripped(Picture::Png, &screenshot.concat());
    let expected = [
        signature,
        chunk(*b"IHDR", b"0123456789abc"),
        chunk(*b"gAMA", b"1234"),
        chunk(*b"IDAT", b"pixels"),
        chunk(*b"IEND", b""),
    ];
    assert_eq!(kept, expected.concat());
    assert_eq!(Picture::Png.stripped(screenshot[..7].concat()), None, "its end is missing");
    let mut damaged = screenshot.concat();
    damaged[20] ^= 1;
    assert_eq!(Picture::Png.stripped(damaged), None);
}

#[test]
fn a_webp_loses_exif_and_xmp_and_says_so() {
    let data = |id: &[u8; 4], content: &[u8]| RiffChunk::new(*id, RiffContent::Data(Bytes::copy_from_slice(content)));
    let file = |subchunks| {
        let content = RiffContent::List { kind: Some(*b"WEBP"), subchunks };
        RiffChunk::new(*b"RIFF", content).encoder().bytes().to_vec()
    };
    let picture = data(b"VP8L", b"\x2fpixel");
    let all = file(vec![
        data(b"VP8X", b"\x3c\0\0\0\x01\0\0\x01\0\0"),
        data(b"ICCP", b"colors"),
        picture.clone(),
        data(b"EXIF", SECRET),
        data(b"XMP ", SECRET),
        data(b"note", SECRET),
    ]);
    let kept = stripped(Picture::WebP, &[all, SECRET.to_vec()].concat());
    let expected = file(vec![data(b"VP8X", b"\x30\0\0\0\x01\0\0\x01\0\0"), data(b"ICCP", b"colors"), picture]);
    assert_eq!(kept, expected);
    assert_eq!(Picture::WebP.stripped(file(vec![data(b"EXIF", SECRET)])), None, "there is no picture in it");
}

#[test]
fn a_gif_loses_comments_and_what_programs_add_but_not_that_it_moves() {
    let extension = |label: u8, blocks: &[&[u8]]| {
        let mut bytes = vec![b'!', label];
        for block in blocks {
            bytes.push(block.len() as u8);
            bytes.extend(*block);
        }
        bytes.push(0);
        bytes
    };
    let screen = [b"GIF89a\x01\0\x01\0\x80\0\0".as_slice(), b"rgbRGB"].concat();
    let picture = [b",\0\0\0\0\x01\0\x01\0\x80".as_slice(), b"rgbRGB", b"\x02\x02xy\x01z\0"].concat();
    let (shown, repeated) = (extension(0xf9, &[b"\x04\x0a\0\0"]), extension(0xff, &[b"NETSCAPE2.0", b"\x01\0\0"]));
    let moving = [
        screen.clone(),
        repeated.clone(),
        extension(0xff, &[b"XMP DataXMP", SECRET]),
        extension(0xfe, &[SECRET]),
        extension(0x01, &[b"twelve bytes", SECRET]),
        shown.clone(),
        picture.clone(),
        b";".to_vec(),
        SECRET.to_vec(),
    ];
    let kept = stripped(Picture::Gif, &moving.concat());
    assert_eq!(kept, [screen, repeated, shown, picture, b";".to_vec()].concat());
    assert_eq!(Picture::Gif.stripped(moving[..7].concat()), None, "its end is missing");
}

#[test]
fn what_is_no_picture_is_not_taken_for_one() {
    for other in
        [b"".as_slice(), b"GIF88a", b"RIFF\0\0\0\0WAVE", b"\xff\xd8", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
    {
        assert_eq!(Picture::of(other), None, "{other:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_can_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let beginnings: [&[u8]; 6] = [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"RIFF\x80\0\0\0WEBP",
            b"GIF89a\x01\0\x01\0\0\0\0",
            b"\xff\xd8\xff\xe1\0\x80Exif\0\0II*\0",
        ];
        for beginning in beginnings {
            let content = [beginning, &bytes].concat();
            for picture in [Picture::Png, Picture::Jpeg, Picture::WebP, Picture::Gif] {
                if let Some(kept) = picture.stripped(content.clone()) {
                    prop_assert!(kept.len() <= content.len() + 32, "little is ever added");
                }
            }
        }
    }

    #[test]
    fn a_photo_that_was_damaged_somewhere_can_do_no_harm(at in 0_usize..600, byte in any::<u8>()) {
        let mut content = photo();
        let at = at % content.len();
        content[at] = byte;
        if let Some(kept) = Picture::Jpeg.stripped(content) {
            prop_assert_eq!(Picture::Jpeg.stripped(kept.clone()), Some(kept));
        }
    }
}
