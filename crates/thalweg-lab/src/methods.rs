//! Every method that the program and the gallery know.

use std::sync::LazyLock;

use thalweg::Registry;

/// The misprints of the gallery, RMSProp and AdaDelta as the tutorial has them that it follows: methods written as text.
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
