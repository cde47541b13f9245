//! The lines of a formula with places where a worked step puts its numbers in.

use std::collections::BTreeMap;

use super::Formula;
use super::expression::Expression;
use super::graph::Id;
use super::simplify;
use super::statements::{self, Statement, Traced};

/// A line of a formula for programs that put numbers in by themselves, such as a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The line: `m ← β₁m + (1 − β₁)g`.
    pub statement: Statement,
    /// The quantity whose value the line gives; `None` for W.
    pub id: Option<Id>,
    /// The line with the number [`Template::PLACE`] + k in place of the k-th of `places`.
    pub with_places: Statement,
    /// What the numbers of the right-hand side are; `None` for W before the step.
    pub places: Vec<Option<Id>>,
}

impl Template {
    /// The first number that stands for another one; no formula has a constant near it.
    pub const PLACE: f64 = 987_654_000.0;
}

impl Formula {
    /// The lines of a step as templates, at the first step or at a later one; quantities are those of the
    /// [graph](Self::graph).
    ///
    /// ```
    /// use thalweg::{Method, formula::Template, rules::Momentum};
    ///
    /// let lines = Momentum::default().formula().ok_or("no formula")?.templates(false);
    /// assert_eq!(lines[0].statement.to_string(), "v ← γv − lr·g");
    /// assert_eq!(lines[0].with_places.to_string(), "v ← 987654000·987654001 − 987654002·987654003");
    /// assert_eq!(lines[0].places.len(), 4);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn templates(&self, first: bool) -> Vec<Template> {
        let (simple, ids) = simplify::simplified_with_ids(self, first);
        // What a simplified quantity was made of; of several the last, which the others are part of.
        let origin: BTreeMap<Id, Id> = ids.iter().copied().zip(self.graph.ids()).collect();
        let traced = statements::traced(&simple);
        traced.into_iter().map(|line| template(line, &origin)).collect()
    }
}

fn template(line: Traced, origin: &BTreeMap<Id, Id>) -> Template {
    let Traced { statement, id, letters } = line;
    let known: BTreeMap<&str, Id> =
        letters.iter().filter_map(|(letter, id)| Some((&**letter, *origin.get(id)?))).collect();
    let places = std::cell::RefCell::new(Vec::new());
    let value = statement.value.map_letters(&|letter| {
        let id = match known.get(letter) {
            _ if letter == "W" => None,
            Some(id) => Some(*id),
            None => return Expression::Letter(letter.to_owned()),
        };
        let mut places = places.borrow_mut();
        places.push(id);
        Expression::Number(Template::PLACE + (places.len() - 1) as f64)
    });
    Template {
        with_places: Statement { value, ..statement.clone() },
        id: id.and_then(|id| origin.get(&id).copied()),
        places: places.into_inner(),
        statement,
    }
}
