//! Numbers of steps on the command line.

use thalweg::internal::whole;

/// A reader of a number of steps, such as `200` or `1e3`, from 1 to `most`.
pub fn steps(most: usize) -> impl Fn(&str) -> Result<usize, String> + Clone {
    move |text| {
        let number = whole(text.trim());
        let number = number.ok_or("it is not a whole number, such as 200 or 1e3")?;
        let steps = usize::try_from(number).ok().filter(|steps| (1..=most).contains(steps));
        steps.ok_or_else(|| format!("{number} is not in 1..={most}"))
    }
}
