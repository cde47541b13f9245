//! What hyperparameters are called in papers and in other libraries.

/// Other names, and ours in the order of preference: an optimizer has the first of them, or another one.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("learning_rate", &["lr"]),
    ("learningrate", &["lr"]),
    ("step_size", &["lr"]),
    ("stepsize", &["lr"]),
    ("eta", &["lr"]),
    ("η", &["lr"]),
    ("alpha", &["lr"]),
    ("rate", &["lr"]),
    ("betas", &["beta1", "beta2", "beta3"]),
    ("b1", &["beta1", "beta"]),
    ("b2", &["beta2"]),
    ("b3", &["beta3"]),
    ("momentum", &["beta1", "beta"]),
    ("mu", &["momentum", "beta1", "beta"]),
    ("gamma", &["momentum", "alpha", "rho"]),
    ("rho", &["alpha", "momentum", "beta2"]),
    ("decay_rate", &["alpha", "beta2"]),
    ("epsilon", &["eps", "eps_root"]),
    ("wd", &["weight_decay"]),
    ("decay", &["weight_decay"]),
    ("l2", &["weight_decay"]),
    ("lambda", &["weight_decay"]),
    ("λ", &["weight_decay"]),
    ("initial_accumulator_value", &["initial_accumulator"]),
];

/// Names that come together: PyTorch's pair, and JAX's.
const TOGETHER: &str = "betas";

/// The known names that `name` is another word for; the first of them, and all of `betas`.
pub fn synonyms(name: &str, known: &[&'static str]) -> Vec<&'static str> {
    let plain = name.to_lowercase().replace('-', "_");
    let ours = SYNONYMS.iter().find(|(other, _)| *other == plain).map_or(&[][..], |(_, ours)| ours);
    let found = ours.iter().filter_map(|wanted| known.iter().find(|it| *it == wanted)).copied();
    let most = if plain == TOGETHER { ours.len() } else { 1 };
    found.take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::synonyms;
    use crate::Registry;

    fn of(method: &str, name: &str) -> Vec<&'static str> {
        let spec = Registry::standard().spec(method).unwrap();
        let known: Vec<_> =
            spec.hyperparameters().into_iter().map(|(known, _)| known.name).collect();
        synonyms(name, &known)
    }

    #[test]
    fn names_of_other_libraries_lead_to_ours() {
        assert_eq!(of("adamw", "learning_rate"), ["lr"]);
        assert_eq!(of("adamw", "Learning-Rate"), ["lr"]);
        assert_eq!(of("adamw", "betas"), ["beta1", "beta2"]);
        assert_eq!(of("adamw", "wd"), ["weight_decay"]);
        assert_eq!(of("adamw", "eta"), ["lr"]);
        assert_eq!(of("adamw", "epsilon"), ["eps"]);
        assert_eq!(of("sgd", "mu"), ["momentum"]);
        assert_eq!(of("rmsprop", "rho"), ["alpha"]);
        // A name is offered only where the method has it.
        assert!(of("sgd", "betas").is_empty());
        assert!(of("adamw", "speed").is_empty());
    }

    #[test]
    fn every_word_offered_is_one_of_some_method() {
        let all: std::collections::BTreeSet<&str> = Registry::standard()
            .entries()
            .flat_map(|entry| Registry::standard().spec(entry.name).unwrap().hyperparameters())
            .map(|(known, _)| known.name)
            .collect();
        for (other, ours) in super::SYNONYMS {
            for name in *ours {
                assert!(all.contains(name), "{other} → {name}");
            }
        }
    }
}
