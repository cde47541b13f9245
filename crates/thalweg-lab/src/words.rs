//! Lists and suggestions in messages.

/// "a", "a and b", "a, b and c".
pub(crate) fn list<S: AsRef<str>>(names: &[S], conjunction: &str) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match &names[..] {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {conjunction} {last}", first.join(", ")),
    }
}

/// " (did you mean a or b?)", or nothing where no name is near.
pub(crate) fn did_you_mean<S: AsRef<str>>(nearest: &[S]) -> String {
    if nearest.is_empty() {
        String::new()
    } else {
        format!(" (did you mean {}?)", list(nearest, "or"))
    }
}
