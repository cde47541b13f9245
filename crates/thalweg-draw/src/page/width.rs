//! How wide a formula is about, so that a page can make it fit.

/// The width of a formula in LaTeX, in em of its font, rounded up.
///
/// ```
/// use thalweg_draw::page::formula_width;
///
/// assert!(formula_width(r"W \leftarrow W - \eta\, g") < formula_width(r"W \leftarrow W - \eta\, (g + \lambda\, W)"));
/// // A fraction is as wide as its wider part.
/// assert_eq!(formula_width(r"\frac{a + b}{c}"), formula_width(r"\frac{a + b}{c + d}"));
/// ```
pub fn formula_width(latex: &str) -> f64 {
    let mut rest = latex.trim();
    (list(&mut rest) * 10.0).ceil() / 10.0
}

/// Commands that are spaces, with their widths.
const SPACES: [(&str, f64); 6] =
    [(",", 0.17), (";", 0.28), (":", 0.22), (" ", 0.25), ("quad", 1.0), ("qquad", 2.0)];
/// Commands that are wide signs between two sides.
const RELATIONS: [&str; 5] = ["leftarrow", "longrightarrow", "approx", "sim", "qquad"];
/// Commands without a width of their own.
const NOTHING: [&str; 4] = ["left", "right", "operatorname", "mathrm"];

/// The parts up to the end of the text or of a group.
fn list(rest: &mut &str) -> f64 {
    let mut width = 0.0;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('}') {
            *rest = after;
            break;
        }
        width += part(rest);
    }
    width
}

/// What one letter, command or group takes.
fn part(rest: &mut &str) -> f64 {
    let mut letters = rest.chars();
    let Some(first) = letters.next() else { return 0.0 };
    *rest = letters.as_str();
    match first {
        '{' => list(rest),
        '^' | '_' => 0.7 * part(rest),
        '\\' => command(rest),
        ' ' | '&' => 0.0,
        '+' | '-' | '=' | '<' | '>' => 1.25,
        '(' | ')' | '[' | ']' | '|' | ',' | '.' | '\'' | '/' => 0.42,
        c if c.is_ascii_digit() => 0.52,
        'W' | 'M' | 'N' | 'm' | 'w' | 'E' => 0.9,
        _ => 0.6,
    }
}

fn command(rest: &mut &str) -> f64 {
    let length = rest.chars().take_while(char::is_ascii_alphabetic).count();
    let (name, after) = match length {
        // A sign, such as \, or \|.
        0 => rest.split_at(rest.chars().next().map_or(0, char::len_utf8)),
        length => rest.split_at(length),
    };
    *rest = after.trim_start();
    match name {
        "frac" => part(rest).max(part(rest)) + 0.25,
        "sqrt" => part(rest) + 0.95,
        "hat" | "bar" | "tilde" => part(rest),
        "cdot" => 0.7,
        "nabla" | "prod" | "sum" => 1.0,
        "max" | "min" | "exp" | "cos" | "ln" => 0.55 * name.len() as f64 + 0.2,
        "text" => part(rest),
        name if RELATIONS.contains(&name) => 1.7,
        name if NOTHING.contains(&name) => 0.0,
        name => SPACES.iter().find(|(space, _)| *space == name).map_or(0.65, |(_, width)| *width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_scripts_and_commands_are_read() {
        assert_eq!(formula_width(""), 0.0);
        // An unfinished group is read as far as it goes.
        assert!(formula_width(r"\frac{a") > 0.0);
        assert!(formula_width(r"\beta_{1}") < formula_width(r"\beta \, 1 \, 1"));
        let spaced = formula_width(r"a \qquad b") - formula_width("ab");
        assert!((1.5..2.5).contains(&spaced), "{spaced}");
    }
}
