//! Colours of badges: our own, the names that shields.io knows, and what a visitor writes in hexadecimal digits.

use std::fmt;

use domain::component::Status;

/// The least contrast between text and what is behind it (WCAG 2.2, success criterion 1.4.3).
pub(crate) const CONTRAST_MIN: f64 = 4.5;

/// An opaque colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color([u8; 3]);

/// The names that shields.io knows, and its colours for them.
const NAMED: [(&str, Color); 16] = [
    ("brightgreen", Color([0x44, 0xcc, 0x11])),
    ("green", Color([0x97, 0xca, 0x00])),
    ("yellowgreen", Color([0xa4, 0xa6, 0x1d])),
    ("yellow", Color([0xdf, 0xb3, 0x17])),
    ("orange", Color([0xfe, 0x7d, 0x37])),
    ("red", Color([0xe0, 0x5d, 0x44])),
    ("blue", Color([0x00, 0x7e, 0xc6])),
    ("grey", Color([0x55, 0x55, 0x55])),
    ("gray", Color([0x55, 0x55, 0x55])),
    ("lightgrey", Color([0x9f, 0x9f, 0x9f])),
    ("lightgray", Color([0x9f, 0x9f, 0x9f])),
    ("success", Color([0x44, 0xcc, 0x11])),
    ("important", Color([0xfe, 0x7d, 0x37])),
    ("critical", Color([0xe0, 0x5d, 0x44])),
    ("informational", Color([0x00, 0x7e, 0xc6])),
    ("inactive", Color([0x9f, 0x9f, 0x9f])),
];

impl Color {
    pub(crate) const WHITE: Self = Self([0xff; 3]);
    pub(crate) const BLACK: Self = Self([0; 3]);
    /// Behind labels.
    pub(crate) const LABEL: Self = Self([0x55; 3]);
    // As `style/tokens.css` has them for its light theme: text in them on white is legible, so white text on them is too.
    pub(crate) const OK: Self = Self([0x00, 0x73, 0x4f]);
    pub(crate) const SLOW: Self = Self([0x8a, 0x5a, 0x00]);
    pub(crate) const PARTIAL: Self = Self([0xa8, 0x47, 0x0a]);
    pub(crate) const DOWN: Self = Self([0xb3, 0x00, 0x1e]);
    pub(crate) const WORK: Self = Self([0x3a, 0x5a, 0x9b]);
    pub(crate) const NONE: Self = Self([0x62, 0x6a, 0x76]);
    /// For what is neither good nor bad.
    pub(crate) const PLAIN: Self = Self([0x0b, 0x5c, 0xad]);

    /// The colour of a status.
    pub(crate) const fn of_status(status: Status) -> Self {
        match status {
            Status::Operational => Self::OK,
            Status::DegradedPerformance => Self::SLOW,
            Status::PartialOutage => Self::PARTIAL,
            Status::MajorOutage => Self::DOWN,
            Status::UnderMaintenance => Self::WORK,
            Status::Unknown | Status::Unwatched => Self::NONE,
        }
    }

    /// What a visitor wrote: a name, or 3 or 6 hexadecimal digits, with `#` before them or without.
    pub(crate) fn from_wish(wish: &str) -> Option<Self> {
        let named = NAMED.iter().find(|(name, _)| *name == wish).map(|(_, color)| *color);
        named.or_else(|| Self::from_hex(wish.strip_prefix('#').unwrap_or(wish)))
    }

    fn from_hex(digits: &str) -> Option<Self> {
        let digits: Vec<u8> = digits.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
        match digits[..] {
            [red, green, blue] => Some(Self([red * 17, green * 17, blue * 17])),
            [red_1, red_0, green_1, green_0, blue_1, blue_0] => {
                Some(Self([red_1 * 16 + red_0, green_1 * 16 + green_0, blue_1 * 16 + blue_0]))
            }
            _ => None,
        }
    }

    /// The names of [`NAMED`], for a message.
    pub(crate) fn names() -> String {
        NAMED.map(|(name, _)| name).join(", ")
    }

    /// Six hexadecimal digits.
    pub(crate) fn hex(self) -> String {
        let Self([red, green, blue]) = self;
        format!("{red:02x}{green:02x}{blue:02x}")
    }

    /// White where it is legible, else black. One of them always is: at worst both have a contrast of 4.58.
    pub(crate) fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= CONTRAST_MIN { Self::WHITE } else { Self::BLACK }
    }

    /// Contrast ratio, 1 to 21 (WCAG 2.2, "contrast ratio").
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance").
    fn luminance(self) -> f64 {
        let linear = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.hex())
    }
}
