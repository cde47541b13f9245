//! A formula as a step in JavaScript.

mod body;
mod functions;
mod names;
mod script;

use std::fmt::Write;

use self::body::Body;
use self::names::{key, number, property};
use self::script::{Script, When};
use super::Formula;
use super::graph::{Binary, Id, Node, Unary};

/// The engine's sum: sixteen partial sums, of the halves of long parameters each.
const SUM: [&str; 2] = [
    "  // The sum over all elements of f(g, W, s), added in a fixed order.
  const sum = (W, g, state, f) => {
    const longest = Math.max(32768, Math.floor(W.length / 128));
    const between = (from, to) => {
      if (to - from > longest) {
        const middle = from + 1024 * Math.ceil(Math.floor((to - from) / 2) / 1024);
        return between(from, middle) + between(middle, to);
      }
      const sums = new Float64Array(16);
      for (let i = from; i < to; i += 1) sums[i % 16] += f(g[i], W[i], ",
    ");
      return sums.reduce((a, b) => a + b);
    };
    return between(0, W.length);
  };
",
];

const NORM: &str = "  // The norm over all elements of f(g, W, s).
  const norm = (W, g, state, f) => Math.sqrt(sum(W, g, state, (g, W, s) => {
    const x = f(g, W, s);
    return x * x;
  }));
";

impl Formula {
    /// The step in plain JavaScript (ES2015): an expression whose value is an object that knows
    /// nothing but its own text.
    ///
    /// | property | what it is |
    /// |---|---|
    /// | `hyperparameters` | the hyperparameters by name, with their values |
    /// | `slots` | name and start of each state slot |
    /// | `start(n)` | the state of n elements before the first step: an array for each slot, by name; of one number where a slot is kept for the whole parameter |
    /// | `constants(h, t)` | what is the same for every element of step t, from 1, with hyperparameters h |
    /// | `norms(c, W, g, state)` | adds to these constants what needs norms of the whole parameter; only where there are any |
    /// | `element(c, g, W, s)` | steps one element W with gradient g: returns the new W and changes its state s, a number for each slot, by name |
    /// | `step(W, g, state, t, h)` | steps all elements of the arrays W, g and state, in place; h is `hyperparameters` where it is left out; a method that needs the loss takes it behind h |
    ///
    /// A change of a hyperparameter needs no other text: `step` takes them by name. A second one of
    /// the same name with another value gets a number (`momentum2`), as does a second slot; those
    /// [without a name](Self::with_values_of) are numbers in the text, and so is what a slot starts
    /// at.
    ///
    /// All numbers are doubles, and parameter and state have the bits of an
    /// [`Optimizer<f64>`](crate::Optimizer) after every step with finite gradients, norms included,
    /// however long the parameter is: it is the formula with every operation, not the simplified one
    /// that people read. A term 0·W stays, as it decides the sign of a 0. Only `cos`
    /// is the JavaScript engine's own and may differ in last bits; no method of this library has it.
    ///
    /// ```
    /// use thalweg::{Method, rules::Momentum};
    ///
    /// let formula = Momentum { lr: 0.1, ..Momentum::default() }.formula().ok_or("no formula")?;
    /// assert_eq!(formula.to_javascript(), r#"(() => {
    ///   // State as it is stored: 0 in place of subnormal numbers.
    ///   const flushed = (x) => (Math.abs(x) < 2.2250738585072014e-308 ? 0 : x);
    ///
    ///   const hyperparameters = { lr: 0.1, momentum: 0.9 };
    ///   const slots = [{ name: "velocity", start: 0 }];
    ///
    ///   // The state of n elements before the first step.
    ///   const start = (n) => ({ velocity: new Float64Array(n).fill(0) });
    ///
    ///   // What is the same for every element of step t, from 1.
    ///   const constants = (h, t) => {
    ///     const c = {};
    ///     c.minus_lr = -h.lr;
    ///     c.momentum = h.momentum;
    ///     return c;
    ///   };
    ///
    ///   // Steps one element: returns the new W and changes its state s.
    ///   const element = (c, g, W, s) => {
    ///     const velocity = c.momentum * s.velocity + c.minus_lr * g;
    ///     s.velocity = flushed(velocity);
    ///     return W + velocity;
    ///   };
    ///
    ///   // Steps all elements in place.
    ///   const step = (W, g, state, t, h = hyperparameters) => {
    ///     const c = constants(h, t);
    ///     for (let i = 0; i < W.length; i += 1) {
    ///       const s = { velocity: state.velocity[i] };
    ///       W[i] = element(c, g[i], W[i], s);
    ///       state.velocity[i] = s.velocity;
    ///     }
    ///   };
    ///
    ///   return { hyperparameters, slots, start, constants, element, step };
    /// })()"#);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn to_javascript(&self) -> String {
        let script = Script::of(self);
        let mut parts = script.helpers();
        parts.push(script.tables());
        parts.push(script.start());
        parts.push(script.constants());
        parts.extend(script.norms());
        parts.push(script.element());
        parts.push(script.step());
        let norms = if script.has_norms() { "norms, " } else { "" };
        let names = format!("hyperparameters, slots, start, constants, {norms}element, step");
        format!("(() => {{\n{}\n  return {{ {names} }};\n}})()", parts.join("\n"))
    }
}

impl Script {
    fn has(&self, is_it: impl Fn(Node) -> bool) -> bool {
        self.needed.iter().any(|id| is_it(self.node(*id)))
    }

    fn has_norms(&self) -> bool {
        self.has(Node::is_of_all)
    }

    /// The functions that the step uses and JavaScript does not have.
    fn helpers(&self) -> Vec<String> {
        let sum = SUM.join(&self.state_at_i());
        let unary = |wanted| self.has(|node| matches!(node, Node::Unary(f, _) if f == wanted));
        let binary = |wanted| self.has(|node| matches!(node, Node::Binary(f, ..) if f == wanted));
        let has_pow = binary(Binary::Pow);
        let has_warmup = self.has(|node| matches!(node, Node::WarmupProduct(..)));
        let has_exp = has_pow || has_warmup || unary(Unary::Exp);
        let has_log = has_pow || unary(Unary::Ln);
        let helpers = [
            (functions::FLUSHED, !self.slots.is_empty()),
            (functions::MAX, binary(Binary::Max)),
            (functions::MIN, binary(Binary::Min)),
            (
                functions::ONE_MINUS_POWER,
                has_warmup || self.has(|node| matches!(node, Node::OneMinusPower(..))),
            ),
            (functions::BITS, has_exp || has_log),
            (functions::EXP, has_exp),
            (functions::WARMUP_PRODUCT, has_warmup),
            (functions::LOG, has_log),
            (functions::POW, has_pow),
            (functions::ATAN2, binary(Binary::Atan2)),
            (&sum, self.has(|node| matches!(node, Node::Norm(_) | Node::Sum(_)))),
            (NORM, self.has(|node| matches!(node, Node::Norm(_)))),
        ];
        helpers.into_iter().filter(|helper| helper.1).map(|helper| helper.0.to_owned()).collect()
    }

    fn tables(&self) -> String {
        let values = self.formula.graph.hyperparameters.iter().map(|(_, value)| *value);
        let hyperparameters = self.hyperparameters.iter().zip(values);
        let hyperparameters = hyperparameters
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, value)| format!("{}: {}", key(name), number(value)));
        let slots = self.starts().map(|(name, start)| {
            format!("{{ name: {}, start: {} }}", names::quoted(name), number(start))
        });
        format!(
            "  const hyperparameters = {};\n  const slots = [{}];\n",
            object(hyperparameters),
            slots.collect::<Vec<_>>().join(", ")
        )
    }

    /// Each slot with its start; −0 is stored as 0.
    fn starts(&self) -> impl Iterator<Item = (&str, f64)> {
        let starts = self.formula.slots.iter().map(|slot| slot.start + 0.0);
        self.slots.iter().map(String::as_str).zip(starts)
    }

    fn start(&self) -> String {
        let wholes = self.formula.slots.iter().map(|slot| slot.is_whole);
        let slots = self.starts().zip(wholes).map(|((name, start), is_whole)| {
            let len = if is_whole { "1" } else { "n" };
            format!("{}: new Float64Array({len}).fill({})", key(name), number(start))
        });
        format!(
            "  // The state of n elements before the first step.\n  const start = (n) => ({});\n",
            object(slots)
        )
    }

    /// The names of the slots with a number for each element.
    fn elementwise_slots(&self) -> impl Iterator<Item = &String> {
        let slots = self.formula.slots.iter().zip(&self.slots);
        slots.filter(|(slot, _)| !slot.is_whole).map(|(_, name)| name)
    }

    /// The state of element i.
    fn state_at_i(&self) -> String {
        let slots = self.elementwise_slots();
        object(slots.map(|name| format!("{}: {}[i]", key(name), property("state", name))))
    }

    /// What one function computes for others.
    fn shared(&self, when: When) -> Vec<Id> {
        self.fields.keys().copied().filter(|id| self.when(*id) == when).collect()
    }

    fn constants(&self) -> String {
        let mut lines = vec!["const c = {};".to_owned()];
        if self.shares_t {
            lines.push("c.t = t;".to_owned());
        }
        lines.extend(Body::of(self, When::Step, &self.shared(When::Step)).lines);
        lines.push("return c;".to_owned());
        format!(
            "  // What is the same for every element of step t, from 1.\n{}",
            function("constants", When::Step, &lines)
        )
    }

    fn norms(&self) -> Option<String> {
        let mut body = Body::of(self, When::Norms, &self.shared(When::Norms));
        let kept = self.formula.slots.iter().zip(&self.slots).filter(|(slot, _)| slot.is_whole);
        let stores: Vec<String> = kept
            .map(|(slot, name)| {
                let value = body.kept(slot.value, name).within(body::Binds::Choice);
                format!("{}[0] = flushed({value});", property("state", name))
            })
            .collect();
        let mut lines = body.lines;
        lines.extend(stores);
        self.has_norms().then(|| {
            format!(
                "  // What is the same for every element because of norms over all of them.\n{}",
                function("norms", When::Norms, &lines)
            )
        })
    }

    fn element(&self) -> String {
        let slots = &self.formula.slots;
        let results = slots.iter().filter(|slot| !slot.is_whole).map(|slot| slot.value);
        let results: Vec<Id> = results.chain([self.formula.update]).collect();
        let mut body = Body::of(self, When::Element, &results);
        let mut stores = Vec::new();
        let elementwise = slots.iter().zip(&self.slots).enumerate();
        for (k, (slot, name)) in elementwise.filter(|(_, (slot, _))| !slot.is_whole) {
            let is_kept = self.node(self.core(slot.value)) == Node::Slot(k);
            let value = if is_kept { body.text(slot.value) } else { body.kept(slot.value, name) };
            let value = value.within(body::Binds::Choice);
            stores.push(format!("{} = flushed({value});", property("s", name)));
        }
        let update = body.kept(self.formula.update, "u");
        let w = match self.formula.replaces {
            true => update.within(body::Binds::Choice),
            false => update.added_to("W"),
        };
        let mut lines = body.lines;
        lines.append(&mut stores);
        lines.push(format!("return {w};"));
        format!(
            "  // Steps one element: returns the new W and changes its state s.\n{}",
            function("element", When::Element, &lines)
        )
    }

    fn step(&self) -> String {
        let needs_loss = self.has(|node| node == Node::Loss);
        let loss = if needs_loss { ", loss = NaN" } else { "" };
        let mut text = format!(
            "  // Steps all elements in place.
  const step = (W, g, state, t, h = hyperparameters{loss}) => {{
    const c = constants(h, t);
"
        );
        if needs_loss {
            text += "    c.loss = loss;\n";
        }
        if self.has_norms() {
            text += "    norms(c, W, g, state);\n";
        }
        text += "    for (let i = 0; i < W.length; i += 1) {\n";
        text += &format!("      const s = {};\n", self.state_at_i());
        text += "      W[i] = element(c, g[i], W[i], s);\n";
        for name in self.elementwise_slots() {
            let (array, number) = (property("state", name), property("s", name));
            text += &format!("      {array}[i] = {number};\n");
        }
        text + "    }\n  };\n"
    }
}

/// An object with these properties.
fn object(properties: impl Iterator<Item = String>) -> String {
    let properties: Vec<String> = properties.collect();
    if properties.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", properties.join(", ")) }
}

/// A function with a line for each statement.
fn function(name: &str, when: When, statements: &[String]) -> String {
    let mut text = format!("  const {name} = ({}) => {{\n", when.parameters());
    for line in statements.iter().flat_map(|statement| statement.lines()) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "    {line}");
    }
    text + "  };\n"
}
