//! Which formula steps each cell of a map.
//!
//! A hyperparameter may change not only a number of the formula but its form: without momentum there is
//! no velocity. So columns and rows are divided into classes of one form, and each pair of classes has a
//! program, in which the two hyperparameters are inputs.

use thalweg::formula::{Id, Node};
use thalweg::{Error, Formula, Method};

use super::Sides;
use crate::lockstep::{Program, Varied};

/// More forms than any method has; with so many the hyperparameter is not an input of the formula.
const MOST_FORMS: usize = 8;

/// The programs of a map.
pub(super) struct Programs {
    /// The class of each column and of each row.
    pub columns: Vec<usize>,
    rows: Vec<usize>,
    /// A program for each class of columns, for the first class of rows, then for the next.
    programs: Vec<Program>,
    column_classes: usize,
}

/// What programs of one form have in common: all but the values of what is varied.
#[derive(Debug, Clone, PartialEq)]
struct Form {
    nodes: Vec<Node>,
    /// Of what is not varied, name and value.
    fixed: Vec<Option<(String, u64)>>,
    slots: Vec<(Id, bool, u64, Option<&'static str>)>,
    update: Id,
    replaces: bool,
}

impl Programs {
    /// The programs of a map of a method; `None` where the cells have to be run one by one.
    ///
    /// # Errors
    /// A value that the method refuses.
    pub fn new<M: Method>(method: &M, sides: &Sides) -> Result<Option<Self>, Error> {
        let [width, height] = sides.size();
        let Some(columns) =
            classes(width, |i, end| sides.formula(method, [i, end * (height - 1)]))?
        else {
            return Ok(None);
        };
        let Some(rows) = classes(height, |j, end| sides.formula(method, [end * (width - 1), j]))?
        else {
            return Ok(None);
        };
        let of_class = |classes: &[usize], class: usize| {
            let members = (0..classes.len()).filter(|k| classes[*k] == class);
            members.collect::<Vec<_>>()
        };
        let [column_classes, row_classes] =
            [&columns, &rows].map(|c| c.iter().max().map_or(0, |m| m + 1));
        let mut programs = Vec::new();
        for row_class in 0..row_classes {
            for column_class in 0..column_classes {
                let (is, js) = (of_class(&columns, column_class), of_class(&rows, row_class));
                let Some((formula, varied)) = sides.formula(method, [is[0], js[0]])? else {
                    return Ok(None);
                };
                // A form that depends on both at once would show in other cells of the class.
                let form = Form::new(&formula, &varied);
                for at in [(1, 2), (2, 1), (1, 1), (2, 2)] {
                    let [i, j] = [is[(is.len() - 1) * at.0 / 2], js[(js.len() - 1) * at.1 / 2]];
                    match sides.formula(method, [i, j])? {
                        Some((other, varied)) if Form::new(&other, &varied) == form => {}
                        _ => return Ok(None),
                    }
                }
                programs.push(Program::new(&formula, &varied));
            }
        }
        Ok(Some(Self { columns, rows, programs, column_classes }))
    }

    /// The program of the cells of a row in columns of a class.
    pub fn of(&self, row: usize, column_class: usize) -> &Program {
        &self.programs[self.rows[row] * self.column_classes + column_class]
    }
}

/// The class of each column or row, from the form at both of its ends; `None` where there are too many.
fn classes<'a>(
    count: usize,
    formula: impl Fn(usize, usize) -> Result<Option<(Formula, Vec<Varied<'a>>)>, Error>,
) -> Result<Option<Vec<usize>>, Error> {
    let mut known: Vec<[Form; 2]> = Vec::new();
    let mut classes = Vec::with_capacity(count);
    for k in 0..count {
        let (Some(first), Some(last)) = (formula(k, 0)?, formula(k, 1)?) else { return Ok(None) };
        let forms = [first, last].map(|(formula, varied)| Form::new(&formula, &varied));
        let class = known.iter().position(|known| *known == forms).unwrap_or_else(|| {
            known.push(forms);
            known.len() - 1
        });
        if known.len() > MOST_FORMS {
            return Ok(None);
        }
        classes.push(class);
    }
    Ok(Some(classes))
}

impl Form {
    fn new(formula: &Formula, varied: &[Varied<'_>]) -> Self {
        let graph = formula.graph();
        let is_varied = |name: &str, value: f64| {
            varied.iter().any(|v| v.name == name && v.value.to_bits() == value.to_bits())
        };
        let fixed = graph.hyperparameters.iter().map(|(name, value)| {
            (!is_varied(name, *value)).then(|| (name.clone(), value.to_bits()))
        });
        let slots = formula.slots().iter().map(|slot| {
            let varied = slot.start_is.filter(|name| is_varied(name, slot.start));
            let start = if varied.is_some() { 0 } else { slot.start.to_bits() };
            (slot.value, slot.is_whole, start, varied)
        });
        Self {
            nodes: graph.ids().map(|id| graph.node(id)).collect(),
            fixed: fixed.collect(),
            slots: slots.collect(),
            update: formula.update(),
            replaces: formula.replaces(),
        }
    }
}
