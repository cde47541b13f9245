//! Numbers formatted for people.

/// A number with at most four significant digits: `0.0123`, `−7`, `1.5×10⁻⁸`, `∞`, `NaN`.
pub fn number(value: f64) -> String {
    significant(value, 4)
}

/// A number with at most two significant digits, for where there is little room.
pub fn rough(value: f64) -> String {
    significant(value, 2)
}

/// A whole number with thousands separators: `67,108,864`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun in singular or plural: `1 row`, `1,000 rows`.
pub fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(number))
}

/// A tick's label; `span` is the length of the axis, against which rounding errors vanish.
pub(crate) fn tick(value: f64, span: f64) -> String {
    significant(if value.abs() < 1e-9 * span.abs() { 0.0 } else { value }, 9)
}

/// A power of ten: `10⁻³`, `10⁰`.
pub(crate) fn power_of_ten(exponent: i32) -> String {
    format!("10{}", superscript(exponent))
}

fn significant(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    if value.is_infinite() {
        return format!("{sign}∞");
    }
    let scientific = format!("{:.*e}", digits - 1, value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value == 0.0 || (-4..6).contains(&exponent) {
        // The rounded number parses, being a number, and prints in its shortest form.
        let rounded: f64 = scientific.parse().unwrap_or(0.0);
        return format!("{sign}{rounded}");
    }
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    match mantissa {
        "1" => format!("{sign}10{}", superscript(exponent)),
        _ => format!("{sign}{mantissa}×10{}", superscript(exponent)),
    }
}

fn superscript(number: i32) -> String {
    let raise = |c| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    number.to_string().chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_on_paper() {
        let cases = [
            (0.0, "0"),
            (-7.0, "−7"),
            (0.012_342, "0.01234"),
            (0.1 + 0.2, "0.3"),
            (123_456.0, "123500"),
            (1.5e-8, "1.5×10⁻⁸"),
            (-1e12, "−10¹²"),
            (f64::INFINITY, "∞"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!([0.012_342, 1.234e-8, 7.0].map(rough), ["0.012", "1.2×10⁻⁸", "7"]);
    }

    #[test]
    fn ticks_show_no_rounding_error() {
        assert_eq!(tick(1.0e-17, 2.0), "0");
        assert_eq!(tick(0.1 + 0.2, 1.0), "0.3");
        assert_eq!(tick(-2.5, 20.0), "−2.5");
    }
}
