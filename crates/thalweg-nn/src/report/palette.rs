//! The colours of methods and classes as CSS: those of the plots in light mode, lightened in dark mode.

use std::fmt::Write;

use thalweg_draw::plot::{Colour, style};

/// The background of charts in dark mode: `--card` of the page shell.
const DARK: Colour = Colour::hex(0x1b2026);

/// The contrast that WCAG 2.2 requires of text (1.4.3); lines need less.
const CONTRAST: f64 = 4.5;

/// Variables `--m0`, `--m1`, … with the colours of the methods' styles, and `--k0`, … with those of at most a
/// hundred classes.
pub(super) fn rules(methods: &[usize], classes: usize) -> String {
    let list = |adapt: fn(Colour) -> Colour| {
        let methods = methods.iter().enumerate().map(|(i, style)| ('m', i, *style));
        let classes = (0..classes.min(100)).map(|k| ('k', k, k));
        methods.chain(classes).fold(String::new(), |mut rules, (letter, i, of)| {
            let colour = adapt(style(of).colour);
            // Writing to a `String` cannot fail.
            let _ = write!(rules, " --{letter}{i}: {colour};");
            rules
        })
    };
    let (light, dark) = (list(|colour| colour), list(lightened));
    format!(":root {{{light} }}\n@media (prefers-color-scheme: dark) {{ :root {{{dark} }} }}\n")
}

/// The colour mixed with enough white to be readable on a dark background.
fn lightened(colour: Colour) -> Colour {
    let mixed = |parts: u32| {
        let channel = |c: u8| ((u32::from(c) * (20 - parts) + 255 * parts) / 20) as u8;
        Colour { r: channel(colour.r), g: channel(colour.g), b: channel(colour.b), ..colour }
    };
    (0..20).map(mixed).find(|&c| contrast(c, DARK) >= CONTRAST).unwrap_or(Colour::WHITE)
}

/// The contrast ratio of WCAG 2.2, from 1 to 21 (<https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>).
fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(Colour { r, g, b, .. }: Colour) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_goes_from_1_to_21() {
        assert_eq!(contrast(Colour::WHITE, Colour::WHITE), 1.0);
        assert!((contrast(Colour::WHITE, Colour::hex(0)) - 21.0).abs() < 1e-12);
        // Of #777 on white, the classic that just fails: 4.48.
        assert!((contrast(Colour::hex(0x777777), Colour::WHITE) - 4.48).abs() < 0.005);
    }

    #[test]
    fn every_colour_is_readable_on_a_dark_background() {
        for i in 0..100 {
            assert!(contrast(lightened(style(i).colour), DARK) >= CONTRAST, "{i}");
        }
    }

    #[test]
    fn the_dark_background_is_that_of_the_page_shell() {
        let card = "--card: #1b2026";
        assert!(thalweg_draw::page::shell("", &maud::html! {}).contains(card));
    }
}
