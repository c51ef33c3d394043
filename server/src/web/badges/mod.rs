//! Badges: the state of one component, or of all, in a small picture for a README, and the same as JSON for shields.io.
//!
//! What a visitor wishes comes in an address that anyone can write: it is checked, never repeated in an error, and it can make neither
//! trouble nor ignorance look good.

pub(crate) mod color;
mod drawing;
#[cfg(test)]
mod tests;

use app::data::{PublicComponent, Summary};
use app::format;
use app::i18n::Text;
use domain::component::Status;
use domain::text::Language;
use domain::uptime::{Weights, basis_points};
use thiserror::Error;

use self::color::Color;

/// Longest label that can be wished for, in characters: a badge stands in a line of text.
const LABEL_CHARS_MAX: usize = 64;
/// How long shields.io may keep an answer; it takes no less than this.
const SHIELDS_CACHE_S: u32 = 300;
/// Uptime of at least this is shown as good, in ten-thousandths.
const UPTIME_GOOD: u32 = 9_990;
/// At least this as not quite good.
const UPTIME_FAIR: u32 = 9_900;
/// At least this as poor, and anything below as bad.
const UPTIME_POOR: u32 = 9_500;

/// What a badge of a component tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Its status.
    Status,
    /// Its uptime.
    Uptime(Span),
    /// How long half of its checks took at most, in the last 24 hours.
    Latency,
}

impl What {
    /// By its name in addresses: `status`, `uptime-24h`, `uptime-7d`, `uptime-30d`, `uptime-90d`, `latency`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "status" => Some(Self::Status),
            "latency" => Some(Self::Latency),
            _ => Span::from_name(name.strip_prefix("uptime-")?).map(Self::Uptime),
        }
    }
}

/// How far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
    /// 90 days.
    Quarter,
}

// In the order of `PublicComponent::uptimes`.
impl Span {
    const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Quarter];

    /// The name in addresses and message keys.
    const fn name(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.name() == name)
    }

    fn words(self, text: &Text) -> String {
        text.get(&format!("span-{}", self.name()))
    }
}

/// What a visitor wishes, as it stands in the query: `?label=…&color=…&labelColor=…&style=…`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    /// Another label, or an empty one for none.
    pub(crate) label: Option<String>,
    /// Another colour, where all is well.
    pub(crate) color: Option<String>,
    /// Another colour behind the label.
    pub(crate) label_color: Option<String>,
    /// Another style.
    pub(crate) style: Option<String>,
}

/// How a badge is drawn; the names are those of shields.io.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// Round corners.
    #[default]
    Flat,
    /// Square corners.
    FlatSquare,
    /// Large, in capitals.
    ForTheBadge,
    /// Glossy.
    Plastic,
}

impl Style {
    const ALL: [Self; 4] = [Self::Flat, Self::FlatSquare, Self::ForTheBadge, Self::Plastic];

    const fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::FlatSquare => "flat-square",
            Self::ForTheBadge => "for-the-badge",
            Self::Plastic => "plastic",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.name() == name)
    }
}

/// Why a wish cannot be granted. Says what is allowed and never what was wished. Status 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum BadgeError {
    /// The label is too long.
    #[error("`label` has at most {LABEL_CHARS_MAX} characters, this one has {0}")]
    LabelLength(usize),
    /// The label holds characters that are not seen.
    #[error("`label` is one line of visible characters, without control characters and marks of writing direction")]
    LabelCharacter,
    /// The parameter of this name is no colour.
    #[error("`{0}` is 3 or 6 hexadecimal digits such as `0a7` or `00734f`, or one of these names: {names}", names = Color::names())]
    Color(&'static str),
    /// There is no such style.
    #[error("`style` is one of {}", Style::ALL.map(Style::name).join(", "))]
    Style,
}

/// A badge, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Badge {
    label: String,
    message: String,
    color: Color,
    label_color: Color,
    style: Style,
    /// True when its colour is part of what it tells: trouble, planned work, and everything that is not known.
    is_error: bool,
    language: Language,
}

impl Badge {
    /// The badge of a component.
    pub(crate) fn of(
        what: What,
        component: &PublicComponent,
        weights: Weights,
        text: &Text,
        wishes: &Wishes,
    ) -> Result<Self, BadgeError> {
        let badge = match what {
            What::Status => {
                let message = format::status(text, component.status);
                Self::of_status(component.name.clone(), message, component.status, text)
            }
            What::Uptime(span) => {
                let uptime = component.uptime(span as usize, weights);
                let label = text.with("badge-uptime", &[("span", span.words(text).into())]);
                Self::new(label, format::ratio(text, uptime), uptime_color(uptime), text)
            }
            What::Latency => {
                let label = text.with("badge-latency", &[("span", Span::Day.words(text).into())]);
                match &component.latency {
                    Some(latency) => Self::new(label, format::duration(text, latency.p50_us), Color::PLAIN, text),
                    None => Self::new(label, text.get("badge-no-data"), Color::NONE, text),
                }
            }
        };
        badge.granting(wishes)
    }

    /// The badge of the whole site.
    pub(crate) fn of_site(summary: Summary, text: &Text, wishes: &Wishes) -> Result<Self, BadgeError> {
        let (key, status) = match summary.worst {
            _ if summary.total == 0 => ("badge-site-empty", Status::Unknown),
            Status::Operational => ("badge-site-operational", Status::Operational),
            Status::DegradedPerformance => ("badge-site-degraded-performance", Status::DegradedPerformance),
            Status::PartialOutage => ("badge-site-partial-outage", Status::PartialOutage),
            Status::MajorOutage => ("badge-site-major-outage", Status::MajorOutage),
            Status::UnderMaintenance => ("badge-site-under-maintenance", Status::UnderMaintenance),
            Status::Unknown | Status::Unwatched => ("badge-site-unknown", Status::Unknown),
        };
        let message = text.with(key, &[("affected", summary.affected.into()), ("total", summary.total.into())]);
        Self::of_status(text.get("badge-site"), message, status, text).granting(wishes)
    }

    fn of_status(label: String, message: String, status: Status, text: &Text) -> Self {
        let badge = Self::new(label, message, Color::of_status(status), text);
        Self { is_error: status != Status::Operational, ..badge }
    }

    /// As it is without any wish.
    fn new(label: String, message: String, color: Color, text: &Text) -> Self {
        Self {
            label,
            message,
            color,
            label_color: Color::LABEL,
            style: Style::default(),
            is_error: !matches!(color, Color::OK | Color::PLAIN),
            language: text.language(),
        }
    }

    fn granting(mut self, wishes: &Wishes) -> Result<Self, BadgeError> {
        if let Some(label) = &wishes.label {
            self.label = checked_label(label)?;
        }
        if let Some(color) = wished_color("color", wishes.color.as_deref())?.filter(|_| !self.is_error) {
            self.color = color;
        }
        if let Some(color) = wished_color("labelColor", wishes.label_color.as_deref())? {
            self.label_color = color;
        }
        if let Some(style) = &wishes.style {
            self.style = Style::from_name(style).ok_or(BadgeError::Style)?;
        }
        Ok(self)
    }

    /// The badge in words, for who does not see it.
    fn spoken(&self) -> String {
        if self.label.is_empty() { self.message.clone() } else { format!("{}: {}", self.label, self.message) }
    }

    /// The badge as a picture, `image/svg+xml`.
    pub(crate) fn svg(&self) -> String {
        drawing::svg(self)
    }

    /// The badge as shields.io reads it (`https://img.shields.io/endpoint?url=…`), `application/json`. An error there is a badge of
    /// which nobody can change the colour.
    pub(crate) fn shields(&self) -> String {
        let body = serde_json::json!({
            "schemaVersion": 1,
            "label": self.label,
            "message": self.message,
            "color": self.color.hex(),
            "labelColor": self.label_color.hex(),
            "isError": self.is_error,
            "style": self.style.name(),
            "cacheSeconds": SHIELDS_CACHE_S,
        });
        body.to_string()
    }
}

/// The colour of an uptime.
fn uptime_color(uptime: Option<f64>) -> Color {
    match uptime.map(basis_points) {
        None => Color::NONE,
        Some(UPTIME_GOOD..) => Color::OK,
        Some(UPTIME_FAIR..) => Color::SLOW,
        Some(UPTIME_POOR..) => Color::PARTIAL,
        Some(_) => Color::DOWN,
    }
}

fn wished_color(parameter: &'static str, wish: Option<&str>) -> Result<Option<Color>, BadgeError> {
    wish.map(|wish| Color::from_wish(wish).ok_or(BadgeError::Color(parameter))).transpose()
}

/// A label with its spaces tidied: SVG shows several as one.
fn checked_label(label: &str) -> Result<String, BadgeError> {
    let length = label.chars().count();
    if length > LABEL_CHARS_MAX {
        return Err(BadgeError::LabelLength(length));
    }
    let is_hidden = |c: char| {
        let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
    };
    if label.chars().any(is_hidden) {
        return Err(BadgeError::LabelCharacter);
    }
    Ok(label.split_whitespace().collect::<Vec<_>>().join(" "))
}
