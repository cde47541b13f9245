//! What must hold for any bytes whatever as a rule; the fuzz target runs it too.

use std::collections::BTreeSet;
use std::fmt::Write;

use thalweg::formula::{Binary, Graph, Id, Node, Unary};
use thalweg::{Error, Formula, Method, Optimizer, Real, TextRule};

/// Bytes are refused with a place in the text, or they are a rule that steps, has a formula that can be shown and
/// stays the same rule when that is written as text. Says whether they are a rule.
pub fn check(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let rule = match TextRule::parse(&text) {
        Ok(rule) => rule,
        Err(error) => {
            let line = text.split('\n').nth(error.line - 1).expect("the error is in a line");
            assert!((1..=line.chars().count() + 1).contains(&error.column), "{error}\nin {text}");
            assert!(!error.problem.is_empty() && !error.to_string().is_empty());
            return false;
        }
    };
    rule.check().expect("defaults are accepted");
    let formula = rule.formula().expect("a rule has a formula");
    let mut shown = String::new();
    write!(shown, "{formula}").expect("a formula can be written");
    shown.extend(formula.latex());
    assert!(!shown.is_empty());
    let described = rule.hyperparameters();
    let _ = run::<f32>(&rule);
    let bits = |rule: &TextRule| run::<f64>(rule).expect("f64 can hold every number of a text");
    let own = bits(&rule);
    let written = formula.to_described_rule(&described);
    assert!(written.is_some() || cannot_be_written(&formula), "not written: {text}");
    if let Some(written) = written {
        let again = TextRule::parse(&written)
            .unwrap_or_else(|error| panic!("{error}\nin\n{written}\nfrom\n{text}"));
        // What is multiplied with a 0 vanishes, which overflow and the sign of a 0 can show.
        if !has_zero(&formula) {
            assert!(bits(&again) == own, "other bits in\n{written}\nfrom\n{text}");
            let known = again.hyperparameters();
            assert!(known.iter().all(|one| described.contains(one)), "{known:?}\nfrom\n{text}");
        }
    }
    true
}

/// Whether a number is not finite, a state is not read before it changes or keeps its value, or there is so much that
/// a text with other lines may be too long.
fn cannot_be_written(formula: &Formula) -> bool {
    let graph = formula.graph();
    let mut open: Vec<_> = formula.slots().iter().map(|slot| slot.value).collect();
    open.push(formula.update());
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            open.extend(graph.operands(id));
        }
    }
    let is_infinite = |x: Option<f64>| x.is_some_and(|x| !x.is_finite());
    let is_kept = |slot: usize| same_value(graph, formula.slots()[slot].value) == Node::Slot(slot);
    let is_read = |slot| found.iter().any(|id| graph.node(*id) == Node::Slot(slot));
    graph.len() > 150
        || has_zero(formula)
        || graph.ids().any(|id| is_infinite(graph.constant(id)))
        || (0..formula.slots().len()).any(|slot| is_kept(slot) || !is_read(slot))
}

/// What is left of a quantity without what changes no value.
fn same_value(graph: &Graph, mut id: Id) -> Node {
    loop {
        id = match graph.node(id) {
            Node::Named(a, _) | Node::Round(a) => a,
            Node::Binary(Binary::Max | Binary::Min, a, b) if a == b => a,
            Node::Unary(Unary::Neg, a) => match graph.node(a) {
                Node::Unary(Unary::Neg, a) => a,
                _ => return graph.node(id),
            },
            node => return node,
        }
    }
}

fn has_zero(formula: &Formula) -> bool {
    let graph = formula.graph();
    graph.hyperparameters.iter().any(|(_, value)| *value == 0.0)
        || graph.ids().any(|id| graph.constant(id) == Some(0.0))
}

/// Four steps of a few elements, as bits; every NaN is the same. `None` if there is a default that the type cannot
/// hold.
fn run<R: Real + Into<f64>>(rule: &TextRule) -> Option<Vec<u64>> {
    let mut optimizer: Optimizer<R, TextRule> = match Optimizer::new(rule.clone()) {
        Ok(optimizer) => optimizer,
        Err(Error::InvalidValue { .. }) => return None,
        Err(error) => panic!("{error}"),
    };
    let mut w = [1.0, -0.25, 3.0, 0.0, 1e6].map(R::from_f64);
    let mut bits = Vec::new();
    for scale in [1.0, -0.3, 1e-3, 7.0] {
        let g = [0.5, -1.0, 0.0, 1e-9, 1e9].map(|g| R::from_f64(g * scale));
        optimizer.step([("w", &mut w[..], &g[..])]).expect("it steps");
        let bits_of = |w: f64| if w.is_nan() { u64::MAX } else { w.to_bits() };
        bits.extend(w.map(|w| bits_of(w.into())));
    }
    Some(bits)
}
