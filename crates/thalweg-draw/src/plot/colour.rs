//! Colours, and the style that tells one path or series from another.

/// A colour in sRGB with opacity, each from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// Opacity: 0 is invisible, 255 covers.
    pub a: u8,
}

impl Colour {
    /// White, the paper of every figure.
    pub const WHITE: Self = Self::hex(0xffffff);
    /// Titles, labels, the frame.
    pub const INK: Self = Self::hex(0x1f2933);
    /// Grid lines.
    pub const GRID: Self = Self::hex(0xe3e8ed);
    /// Reference lines and what should step back.
    pub const MUTED: Self = Self::hex(0x66727f);

    /// An opaque colour from 0xRRGGBB.
    pub const fn hex(rgb: u32) -> Self {
        Self { r: (rgb >> 16) as u8, g: (rgb >> 8) as u8, b: rgb as u8, a: 255 }
    }

    /// The same colour with another opacity.
    pub const fn alpha(self, a: u8) -> Self {
        Self { a, ..self }
    }
}

/// Shape of the dot that marks one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    Triangle,
    /// ◆
    Diamond,
    /// ▼
    TriangleDown,
}

/// What a path or series looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// Colour of line and dots.
    pub colour: Colour,
    /// Shape of the dots.
    pub marker: Marker,
    /// Lengths of dash and gap in line widths, for a dashed line.
    pub dash: Option<[f32; 2]>,
}

impl Style {
    /// The same without dashes, for paths that have markers to tell them apart.
    pub(super) fn solid(self) -> Self {
        Self { dash: None, ..self }
    }
}

/// Six of the eight colours of Okabe and Ito (2008, <https://jfly.uni-koeln.de/color/>), ordered so that neighbours
/// differ most, without the yellow and the sky blue, which vanish on a landscape; then wine and indigo of Tol's
/// "muted" scheme (2021, <https://personal.sron.nl/~pault/>), a brown, and Tol's olive.
const PALETTE: [Colour; 10] = [
    Colour::hex(0xd55e00),
    Colour::hex(0x0072b2),
    Colour::hex(0x009e73),
    Colour::hex(0xcc79a7),
    Colour::hex(0x222222),
    Colour::hex(0xe69f00),
    Colour::hex(0x882255),
    Colour::hex(0x332288),
    Colour::hex(0x8a4b08),
    Colour::hex(0x999933),
];

const MARKERS: [Marker; 5] =
    [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::TriangleDown];

/// The style of an index. Ten colours; the marker changes with each index and every second five are dashed, so
/// that colour is never the only difference.
pub fn style(index: usize) -> Style {
    Style {
        colour: PALETTE[index % PALETTE.len()],
        marker: MARKERS[index % MARKERS.len()],
        dash: ((index / MARKERS.len()) % 2 == 1).then_some([2.6, 1.6]),
    }
}

/// The colour of a band of a landscape, `t` from 0 (lowest) to 1 (highest): from a muted blue to almost white,
/// in equal steps of Oklab (Ottosson 2020, <https://bottosson.github.io/posts/oklab/>), so that equal steps
/// look equal.
pub(super) fn terrain(t: f32) -> Colour {
    const LOW: [f32; 3] = [0.765, -0.030, -0.058];
    const HIGH: [f32; 3] = [0.982, -0.003, 0.002];
    let t = t.clamp(0.0, 1.0);
    oklab([0, 1, 2].map(|i| LOW[i] + t * (HIGH[i] - LOW[i])))
}

/// The colour of a level line on the band above it.
pub(super) fn terrain_line(t: f32) -> Colour {
    const LOW: [f32; 3] = [0.56, -0.035, -0.075];
    const HIGH: [f32; 3] = [0.83, -0.018, -0.026];
    let t = t.clamp(0.0, 1.0);
    oklab([0, 1, 2].map(|i| LOW[i] + t * (HIGH[i] - LOW[i])))
}

fn oklab([l, a, b]: [f32; 3]) -> Colour {
    let cube = |x: f32| x * x * x;
    let l_ = cube(l + 0.396_337_78 * a + 0.215_803_76 * b);
    let m_ = cube(l - 0.105_561_346 * a - 0.063_854_17 * b);
    let s_ = cube(l - 0.089_484_18 * a - 1.291_485_5 * b);
    let channel = |x: f32| {
        let x = x.clamp(0.0, 1.0);
        let encoded = if x <= 0.003_130_8 { 12.92 * x } else { 1.055 * x.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    };
    Colour {
        r: channel(4.076_741_7 * l_ - 3.307_711_6 * m_ + 0.230_969_94 * s_),
        g: channel(-1.268_438 * l_ + 2.609_757_4 * m_ - 0.341_319_4 * s_),
        b: channel(-0.004_196_086_3 * l_ - 0.703_418_6 * m_ + 1.707_614_7 * s_),
        a: 255,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_styles_are_all_different() {
        for i in 0..10 {
            for j in 0..i {
                assert_ne!(style(i).colour, style(j).colour);
            }
        }
    }

    #[test]
    fn oklab_gives_the_published_srgb_values() {
        // sRGB red and white in Oklab, from the post cited above.
        assert_eq!(oklab([0.627_955_4, 0.224_863_06, 0.125_846_3]), Colour::hex(0xff0000));
        assert_eq!(oklab([1.0, 0.0, 0.0]), Colour::WHITE);
    }
}
