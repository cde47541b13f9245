//! Suggestions for misspelled names.

/// The known names that a person may have meant by `name`, the nearest first, at most three: those
/// a few typing errors away and those that begin with it.
///
/// ```
/// let known = ["rmsprop", "adam", "adamw"];
/// assert_eq!(thalweg::internal::nearest("RMSpop", known), ["rmsprop"]);
/// assert_eq!(thalweg::internal::nearest("ada", known), ["adam", "adamw"]);
/// assert!(thalweg::internal::nearest("lbfgs", known).is_empty());
/// ```
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    among(name, &mut known.into_iter())
}

// Not generic, so that it is compiled once.
fn among<'a>(name: &str, known: &mut dyn Iterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let name = plain(name);
    let length = name.chars().count();
    let errors = (length / 3).max(1);
    // Nobody types so much, and the distance takes the product of both lengths.
    let is_short = |text: &str| text.len() <= 100;
    if !is_short(&name) {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> = known
        .filter(|candidate| is_short(candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&name, &plain(candidate)), candidate))
        .filter(|&(distance, candidate)| {
            let begun = length > 2 && plain(candidate).starts_with(&name);
            begun || (distance <= errors && distance < candidate.len())
        })
        .collect();
    near.sort();
    near.into_iter().map(|(_, candidate)| candidate).take(3).collect()
}

/// The suggestion in an error message, with a leading space; empty if no name is near.
///
/// ```
/// assert_eq!(thalweg::internal::did_you_mean(&["adam", "adamw"]), " (did you mean `adam` or `adamw`?)");
/// assert_eq!(thalweg::internal::did_you_mean::<&str>(&[]), "");
/// ```
pub fn did_you_mean<S: AsRef<str>>(nearest: &[S]) -> String {
    let names: Vec<&str> = nearest.iter().map(AsRef::as_ref).collect();
    match names[..] {
        [] => String::new(),
        _ => format!(" (did you mean `{}`?)", names.join("` or `")),
    }
}
