//! Colours, and the style that tells one path or series from another.

use std::fmt;
use std::sync::LazyLock;

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
    /// What went wrong.
    pub const WARNING: Self = Self::hex(0xa61b1b);

    /// An opaque colour from 0xRRGGBB.
    pub const fn hex(rgb: u32) -> Self {
        Self { r: (rgb >> 16) as u8, g: (rgb >> 8) as u8, b: rgb as u8, a: 255 }
    }

    /// The same colour with another opacity.
    pub const fn alpha(self, a: u8) -> Self {
        Self { a, ..self }
    }

    /// The colour mixed with a share of another one, channel by channel.
    pub(super) fn mixed(self, other: Self, share: f32) -> Self {
        let mix =
            |a: u8, b: u8| (f32::from(a) + share * (f32::from(b) - f32::from(a))).round() as u8;
        Self { r: mix(self.r, other.r), g: mix(self.g, other.g), b: mix(self.b, other.b), ..self }
    }

    /// The colour that takes its place on a dark page: as far from the dark paper as it is from white, of the
    /// same hue.
    pub fn on_dark(self) -> Self {
        let [l, a, b] = to_oklab(self);
        Self { a: self.a, ..oklab([1.16 - 0.95 * l, a, b]) }
    }
}

/// Without its opacity, as HTML, CSS and SVG have it: `#1f2933`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { r, g, b, .. } = self;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
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
    /// ⬢
    Hexagon,
    /// ✚
    Plus,
}

impl Marker {
    /// The name of the shape, such as `triangle-down`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Circle => "circle",
            Self::Square => "square",
            Self::Triangle => "triangle",
            Self::Diamond => "diamond",
            Self::TriangleDown => "triangle-down",
            Self::Hexagon => "hexagon",
            Self::Plus => "plus",
        }
    }
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

/// Ten colours that anybody can tell apart: every two are at least 0.11 apart in Oklab, for full colour vision
/// and for the three kinds of dichromats (Machado, Oliveira, Fernandes 2009,
/// <https://doi.org/10.1109/TVCG.2009.113>), and no two are equally light, so that they differ in grey, too. Found
/// by a search for the set whose nearest pair is farthest apart.
const PALETTE: [Colour; 10] = [
    Colour::hex(0xdc7a13),
    Colour::hex(0x170c8d),
    Colour::hex(0x13b896),
    Colour::hex(0x48012a),
    Colour::hex(0x348491),
    Colour::hex(0x8f0cd2),
    Colour::hex(0x791e12),
    Colour::hex(0x14596d),
    Colour::hex(0xae4e07),
    Colour::hex(0xbc57fd),
];

/// How many more colours are chosen to be unlike all before them.
const CHOSEN: usize = 150;

const MARKERS: [Marker; 7] = [
    Marker::Circle,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::TriangleDown,
    Marker::Hexagon,
    Marker::Plus,
];

const DASHES: [Option<[f32; 2]>; 3] = [None, Some([2.6, 1.6]), Some([0.9, 1.4])];

/// The style of an index. The first ten colours can be told apart by everybody; those that follow are unlike
/// any before them. The marker changes with each index and the dashes with every seventh, so that colour is never
/// the only difference.
pub fn style(index: usize) -> Style {
    Style {
        colour: colour(index),
        marker: MARKERS[index % MARKERS.len()],
        dash: DASHES[index / MARKERS.len() % DASHES.len()],
    }
}

fn colour(index: usize) -> Colour {
    static CHOICE: LazyLock<Vec<Colour>> = LazyLock::new(chosen);
    match PALETTE.get(index) {
        Some(&colour) => colour,
        None => CHOICE.get(index - PALETTE.len()).copied().unwrap_or_else(|| candidate(index).0),
    }
}

/// Colours after those of the palette, each the one farthest from all before it among the next candidates.
fn chosen() -> Vec<Colour> {
    const CANDIDATES: usize = 40;
    let mut taken: Vec<[f32; 3]> = PALETTE.iter().map(|&colour| to_oklab(colour)).collect();
    let mut next = 0;
    let mut choose = || {
        let nearest = |lab: &[f32; 3]| taken.iter().map(|t| apart(t, lab)).fold(9.0, f32::min);
        let offered = (next..next + CANDIDATES).map(candidate);
        let best = offered.max_by(|a, b| nearest(&a.1).total_cmp(&nearest(&b.1)));
        next += CANDIDATES;
        let (colour, lab) = best.unwrap_or((Colour::INK, [0.0; 3]));
        taken.push(lab);
        colour
    };
    (0..CHOSEN).map(|_| choose()).collect()
}

/// A colour dark enough to be seen on a landscape, from a sequence that covers hue, lightness and chroma evenly
/// (Roberts 2018, <https://extremelearning.com.au/unreasonable-effectiveness-of-quasirandom-sequences/>).
fn candidate(index: usize) -> (Colour, [f32; 3]) {
    let at = |share: f64| (0.5 + share * index as f64).fract() as f32;
    let [hue, lightness, chroma] = [0.819_172_5, 0.671_043_6, 0.549_700_5].map(at);
    let (l, turn) = (0.26 + 0.44 * lightness, hue * std::f32::consts::TAU);
    let mut c = 0.06 + 0.2 * chroma;
    // Less chroma where the screen has no such colour.
    loop {
        let lab = [l, c * turn.cos(), c * turn.sin()];
        let colour = oklab(lab);
        if c < 0.01 || apart(&to_oklab(colour), &lab) < 0.01 {
            return (colour, to_oklab(colour));
        }
        c *= 0.9;
    }
}

/// How far apart two colours look: their distance in Oklab. Those nearer than 0.05 are hard to tell apart.
pub fn colour_distance(a: Colour, b: Colour) -> f32 {
    apart(&to_oklab(a), &to_oklab(b))
}

/// The distance of two colours in Oklab.
fn apart(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
}

/// The colour of a band of a landscape, `t` from 0 (lowest) to 1 (highest): from a muted blue to almost white,
/// in equal steps of Oklab (Ottosson 2020, <https://bottosson.github.io/posts/oklab/>), so that equal steps
/// look equal.
pub(super) fn terrain(t: f32) -> Colour {
    const LOW: [f32; 3] = [0.815, -0.028, -0.050];
    const HIGH: [f32; 3] = [0.982, -0.003, 0.002];
    let t = t.clamp(0.0, 1.0);
    oklab([0, 1, 2].map(|i| LOW[i] + t * (HIGH[i] - LOW[i])))
}

/// The colour of a level line on the band above it.
pub(super) fn terrain_line(t: f32) -> Colour {
    const LOW: [f32; 3] = [0.62, -0.035, -0.070];
    const HIGH: [f32; 3] = [0.84, -0.018, -0.026];
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

/// The colour in Oklab, its opacity left aside.
fn to_oklab(Colour { r, g, b, .. }: Colour) -> [f32; 3] {
    let [r, g, b] = [r, g, b].map(linear);
    let root = |r_: f32, g_: f32, b_: f32| (r_ * r + g_ * g + b_ * b).cbrt();
    let l = root(0.412_221_46, 0.536_332_55, 0.051_445_995);
    let m = root(0.211_903_5, 0.680_699_5, 0.107_396_96);
    let s = root(0.088_302_46, 0.281_718_85, 0.629_978_7);
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

/// A channel of sRGB as light, from 0 to 1.
fn linear(channel: u8) -> f32 {
    let c = f32::from(channel) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What dichromats see of light in red, green and blue, from the tables of Machado and others for severity 1.
    const VISIONS: [[[f32; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ];

    fn seen(colour: Colour, vision: &[[f32; 3]; 3]) -> [f32; 3] {
        let light = [colour.r, colour.g, colour.b].map(linear);
        let light = vision.map(|row| row.iter().zip(light).map(|(w, c)| w * c).sum::<f32>());
        let encode = |x: f32| {
            let x = x.clamp(0.0, 1.0);
            if x <= 0.003_130_8 { 12.92 * x } else { 1.055 * x.powf(1.0 / 2.4) - 0.055 }
        };
        let [r, g, b] = light.map(|x| (255.0 * encode(x)).round() as u8);
        to_oklab(Colour { r, g, b, a: 255 })
    }

    fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..count).flat_map(|i| (0..i).map(move |j| (i, j)))
    }

    #[test]
    fn everybody_can_tell_the_first_ten_colours_apart() {
        for (i, j) in pairs(10) {
            for vision in &VISIONS {
                let apart = apart(&seen(colour(i), vision), &seen(colour(j), vision));
                assert!(apart > 0.11, "{i} and {j}: {apart}");
            }
        }
    }

    #[test]
    fn the_first_ten_colours_differ_in_grey() {
        let grey = [[0.2126, 0.7152, 0.0722]; 3];
        for (i, j) in pairs(10) {
            let apart = (seen(colour(i), &grey)[0] - seen(colour(j), &grey)[0]).abs();
            assert!(apart > 0.03, "{i} and {j}: {apart}");
        }
    }

    #[test]
    fn no_style_comes_back() {
        for (i, j) in pairs(300) {
            let (a, b) = (style(i), style(j));
            assert_ne!(a, b, "{i} and {j}");
            // Nearly all of these are far more different.
            let apart = apart(&to_oklab(a.colour), &to_oklab(b.colour));
            assert!(i >= 40 || apart > 0.06, "{i} and {j}: {apart}");
            assert!(i >= 160 || a.colour != b.colour, "{i} and {j}");
        }
    }

    #[test]
    fn colours_stand_out_from_every_band_on_light_and_on_dark_pages() {
        let l = |colour: Colour| to_oklab(colour)[0];
        for i in 0..160 {
            for band in [0.0, 0.5, 1.0].map(terrain) {
                let apart = to_oklab(band)[0] - l(colour(i));
                assert!(apart > 0.1, "{i}: {apart}");
                assert!(l(colour(i).on_dark()) - l(band.on_dark()) > 0.09, "{i}");
            }
        }
    }

    #[test]
    fn white_becomes_the_paper_of_dark_pages_and_ink_light() {
        let (paper, ink) = (Colour::WHITE.on_dark(), Colour::INK.on_dark());
        assert!(paper.r < 0x20 && paper.b < 0x20, "{paper:?}");
        assert!(ink.r > 0xd0 && ink.b > 0xd0, "{ink:?}");
    }

    #[test]
    fn oklab_gives_the_published_srgb_values() {
        // sRGB red and white in Oklab, from the post cited above.
        assert_eq!(oklab([0.627_955_4, 0.224_863_06, 0.125_846_3]), Colour::hex(0xff0000));
        assert_eq!(oklab([1.0, 0.0, 0.0]), Colour::WHITE);
    }
}
