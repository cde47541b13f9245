//! Class names in order.

use std::cmp::Ordering;

/// The classes in ascending order (numeric if all names are numbers, otherwise as text), and the
/// index of the class of each name. Two spellings of a number are one class, named by the first
/// spelling.
pub(super) fn sorted(names: &[String]) -> (Vec<String>, Vec<u32>) {
    let number = |name: &String| name.parse().ok().filter(|number: &f64| number.is_finite());
    let numbers: Option<Vec<f64>> = names.iter().map(number).collect();
    let compare = |a: usize, b: usize| match &numbers {
        Some(numbers) => numbers[a].partial_cmp(&numbers[b]).unwrap_or(Ordering::Equal),
        None => names[a].cmp(&names[b]),
    };
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|&a, &b| compare(a, b));

    let mut class = vec![0; names.len()];
    let mut classes: Vec<usize> = Vec::new();
    for name in order {
        if classes.last().is_none_or(|&last| compare(last, name).is_ne()) {
            classes.push(name);
        }
        class[name] = classes.len() as u32 - 1;
    }
    (classes.into_iter().map(|name| names[name].clone()).collect(), class)
}

#[cfg(test)]
mod tests {
    use super::sorted;

    fn of(names: &[&str]) -> (Vec<String>, Vec<u32>) {
        sorted(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn numbers_are_ordered_as_numbers() {
        assert_eq!(of(&["10", "9", "-1"]).0, ["-1", "9", "10"]);
        assert_eq!(of(&["10", "9", "-1"]).1, [2, 1, 0]);
    }

    #[test]
    fn one_name_that_is_not_a_number_makes_all_of_them_text() {
        assert_eq!(of(&["10", "9", "b"]).0, ["10", "9", "b"]);
        assert_eq!(of(&["inf", "2", "10"]).0, ["10", "2", "inf"]);
    }

    #[test]
    fn two_spellings_of_a_number_are_one_class() {
        let (classes, numbers) = of(&["2", "1", "1.0", "0", "-0"]);
        assert_eq!(classes, ["0", "1", "2"]);
        assert_eq!(numbers, [2, 1, 1, 0, 0]);
    }
}
