//! Every method that the program and the gallery know.

use std::sync::LazyLock;

use thalweg::{Registry, Schedule, Spec, Value};
use thalweg_draw::plot::{colour_distance, style};

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

/// What makes a schedule of the learning rate unsuitable for runs of these methods, a sentence each. Of several rates
/// the lowest counts, which is nearest to a minimum that a schedule has.
pub fn schedule_warnings<'a>(
    schedule: &Schedule,
    steps: u64,
    methods: impl IntoIterator<Item = &'a Spec>,
) -> Vec<String> {
    let rates = methods.into_iter().flat_map(Spec::hyperparameters);
    let rates = rates.filter_map(|(known, value)| match value {
        Value::Number(rate) if known.name == "lr" && rate > 0.0 => Some(rate),
        _ => None,
    });
    let lowest = rates.reduce(f64::min).unwrap_or(1.0);
    schedule.misfits(steps, lowest).iter().map(|misfit| misfit.text("lr")).collect()
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

/// Styles that no method has, from which the one least like those given already is taken.
const AGAIN: usize = 24;

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
    let mut given: Vec<usize> = Vec::new();
    // Of each style that no method has: how unlike those given it is.
    let mut unlike: Vec<f32> = Vec::new();
    for method in methods {
        let own = order.iter().position(|name| *name == method).filter(|own| !given.contains(own));
        let chosen = own.unwrap_or_else(|| {
            for index in order.len() + unlike.len()..order.len() + given.len() + AGAIN {
                let apart = given.iter().map(|&other| apart(index, other));
                unlike.push(apart.fold(f32::INFINITY, f32::min));
            }
            let farthest = (0..unlike.len()).max_by(|&a, &b| unlike[a].total_cmp(&unlike[b]));
            order.len() + farthest.unwrap_or_default()
        });
        for (index, unlike) in (order.len()..).zip(&mut unlike) {
            // One that is given is unlike none.
            *unlike = if index == chosen { -1.0 } else { unlike.min(apart(index, chosen)) };
        }
        given.push(chosen);
    }
    given
}

/// How far apart the colours of two styles are.
fn apart(a: usize, b: usize) -> f32 {
    colour_distance(style(a).colour, style(b).colour)
}
