//! Every method that the program and the gallery know.

use std::sync::LazyLock;

use thalweg::Registry;

/// The misprints of the gallery, RMSProp and AdaDelta as an article has them: methods written as text.
pub(crate) const MISPRINTS: [(&str, &str); 2] = [
    ("rmsprop-printed", include_str!("../rules/rmsprop-printed.rule")),
    ("adadelta-printed", include_str!("../rules/adadelta-printed.rule")),
];

/// Every optimizer of the library, then the two misprints of the gallery. A program of one's own adds
/// its methods to it.
///
/// ```
/// let spec = thalweg_lab::methods::registry().spec("rmsprop-printed:lr=0.1")?;
/// assert_eq!(spec.to_string(), "rmsprop-printed:lr=0.1");
/// # Ok::<(), thalweg::Error>(())
/// ```
pub fn registry() -> Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
        MISPRINTS.iter().fold(Registry::standard(), |registry, (name, text)| {
            registry.with_text(name, text).expect("a rule of the laboratory can be read")
        })
    });
    REGISTRY.clone()
}

/// The methods that have the first colours, those that everybody can tell apart: the article's own, then the
/// misprints.
const FIRST: [&str; 9] = [
    "sgd",
    "momentum",
    "adagrad",
    "rmsprop",
    "adadelta",
    "adam",
    "adamw",
    "rmsprop-printed",
    "adadelta-printed",
];

/// The styles of runs, by the names of their methods: the index of a [`Style`](thalweg_draw::plot::Style). A method has
/// the same colour and marker everywhere; a second run with it, and a method from elsewhere, have ones that no
/// method has.
///
/// ```
/// use thalweg_lab::methods::styles;
///
/// let [sgd, adam, again] = styles(["sgd", "adam", "adam"])[..] else { unreachable!() };
/// assert_eq!(styles(["adam", "lion", "sgd"])[..], [adam, styles(["lion"])[0], sgd]);
/// assert!(again != adam && again != sgd);
/// ```
pub fn styles<'a>(methods: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
    let registry = registry();
    let mut order: Vec<&str> = FIRST.to_vec();
    order.extend(registry.entries().map(|entry| entry.name).filter(|name| !FIRST.contains(name)));
    let mut free = order.len()..;
    let mut taken = vec![false; order.len()];
    let mut style = |method: &str| {
        let own = order.iter().position(|name| *name == method).filter(|&own| !taken[own]);
        own.inspect(|&own| taken[own] = true).or_else(|| free.next()).unwrap_or_default()
    };
    methods.into_iter().map(&mut style).collect()
}
