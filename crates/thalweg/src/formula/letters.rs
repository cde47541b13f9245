//! The letters that papers use for hyperparameters and slots.

/// Names whose letter is not evident.
const LETTERS: [(&str, &str); 9] = [
    ("weight_decay", "λ"),
    ("momentum", "μ"),
    ("dampening", "τ"),
    ("eps", "ε"),
    ("eps_root", "ε_root"),
    ("trust_coefficient", "c"),
    ("initial_accumulator", "h₀"),
    ("velocity", "b"),
    ("mean", "ḡ"),
];

/// Greek letters, with their names in LaTeX.
pub(super) const GREEK: [(char, &str); 33] = [
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "epsilon"),
    ('ζ', "zeta"),
    ('η', "eta"),
    ('θ', "theta"),
    ('ι', "iota"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('τ', "tau"),
    ('υ', "upsilon"),
    ('φ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('ω', "omega"),
    ('Γ', "Gamma"),
    ('Δ', "Delta"),
    ('Θ', "Theta"),
    ('Λ', "Lambda"),
    ('Ξ', "Xi"),
    ('Π', "Pi"),
    ('Σ', "Sigma"),
    ('Φ', "Phi"),
    ('Ψ', "Psi"),
    ('Ω', "Omega"),
];

/// Ends of names, and the marks above letters that they stand for.
const MARKS: [(&str, char); 3] = [("_hat", '\u{302}'), ("_tilde", '\u{303}'), ("_bar", '\u{304}')];

/// The letter for a name: β₁ for `beta1`.
pub(super) fn letter(name: &str) -> String {
    for (suffix, mark) in MARKS {
        if let Some(base) = name.strip_suffix(suffix).filter(|base| base.chars().count() == 1) {
            return format!("{base}{mark}");
        }
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let known = LETTERS.iter().find(|(known, _)| *known == stem).map(|(_, letter)| *letter);
    let greek = GREEK.iter().find(|(_, latin)| *latin == stem).map(|(greek, _)| greek.to_string());
    let letter = known.map(str::to_owned).or(greek).unwrap_or_else(|| stem.to_owned());
    match name[stem.len()..].parse() {
        Ok(index) if is_single(&letter) => letter + &subscripts(index),
        Err(_) => letter,
        Ok(_) => name.to_owned(),
    }
}

/// The name for a letter: `beta1` for β₁, `m_hat` for m̂.
pub(super) fn plain(letter: &str) -> String {
    let marked = MARKS
        .iter()
        .fold(letter.replace('ḡ', "g_bar"), |name, (suffix, mark)| name.replace(*mark, suffix));
    latin(&marked)
}

/// A name with the names of Greek letters, and digits for subscripts: `beta1` for β₁ and for β1.
pub(super) fn latin(written: &str) -> String {
    let mut name = String::new();
    for c in written.chars() {
        let greek = GREEK.iter().find(|(greek, _)| *greek == c);
        match (greek, digit(c)) {
            (Some((_, latin)), _) => name.push_str(latin),
            (None, Some(digit)) => name.push(digit),
            (None, None) => name.push(c),
        }
    }
    name
}

/// Whether a letter has one base character, such as β₁ or m̂.
pub(super) fn is_single(letter: &str) -> bool {
    let is_mark = |c: char| matches!(c, '\u{300}'..='\u{36f}') || digit(c).is_some();
    letter.chars().filter(|c| !is_mark(*c)).count() == 1
}

/// A whole number as a subscript.
pub(super) fn subscripts(index: u32) -> String {
    let subscript = |digit: char| char::from_u32('₀' as u32 + digit.to_digit(10)?);
    index.to_string().chars().filter_map(subscript).collect()
}

/// The digit of a subscript.
pub(super) fn digit(subscript: char) -> Option<char> {
    let digit = (subscript as u32).checked_sub('₀' as u32).filter(|digit| *digit < 10)?;
    char::from_digit(digit, 10)
}

/// The superscript of a small whole number.
pub(super) fn superscript(exponent: u32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let text = exponent.to_string();
    text.chars().filter_map(|c| digits.get(c.to_digit(10)? as usize)).collect()
}
