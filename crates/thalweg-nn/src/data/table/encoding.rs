//! How the cells of a row become features.

use serde::{Deserialize, Serialize};

use super::standard;
use crate::data::scaling::Scaling;

/// The category of a missing text.
const MISSING: &str = "missing";

/// How the cells of a column become features.
///
/// A number is one feature, and a missing one NaN, which [`Scaling::Standard`] makes 0: the mean of the training
/// samples. A text is a feature for each value, 1 for its own and 0 for the others; a text that no training sample
/// has is 0 in all of them, and a missing one has the value `missing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The name of the column.
    pub name: String,
    /// The values of a column of texts, in order; `None` of a column of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
}

/// What was done to the columns of a table, and what was counted while it was done. Empty for data that is not a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preparation {
    /// The columns that became features.
    pub columns: Vec<Column>,
    /// The number of missing cells of each column that has any.
    pub missing: Vec<(String, usize)>,
    /// Rows without a label, which were left out.
    pub unlabelled: usize,
    /// Cells of the test split with a text that no training sample has.
    pub unseen: usize,
}

/// A column of a table: what is in it, row by row.
pub(super) struct Cells {
    pub name: String,
    pub values: Values,
}

pub(super) enum Values {
    /// NaN where one is missing.
    Numbers(Vec<f64>),
    Texts(Interned),
}

/// Texts, each kept once.
#[derive(Default)]
pub(super) struct Interned {
    pub texts: Vec<String>,
    /// The index of the text of each row; `None` where it is missing.
    pub of: Vec<Option<u32>>,
    places: std::collections::HashMap<String, u32>,
}

impl Interned {
    /// Appends the text of a row.
    pub fn push(&mut self, text: Option<&str>) {
        let place = text.map(|text| match self.places.get(text) {
            Some(&place) => place,
            None => {
                let place = self.texts.len() as u32;
                self.places.insert(text.to_owned(), place);
                self.texts.push(text.to_owned());
                place
            }
        });
        self.of.push(place);
    }

    fn text(&self, row: usize) -> Option<&str> {
        self.of[row].map(|place| self.texts[place as usize].as_str())
    }
}

impl Cells {
    /// How the column becomes features: its values are those of the training rows.
    fn learn(&self, train: &[u32]) -> Column {
        let values = match &self.values {
            Values::Numbers(_) => None,
            Values::Texts(all) => {
                let of_row = |&row: &u32| all.text(row as usize).unwrap_or(MISSING).to_owned();
                let values: std::collections::BTreeSet<String> = train.iter().map(of_row).collect();
                Some(values.into_iter().collect())
            }
        };
        Column { name: self.name.clone(), values }
    }
}

impl Column {
    /// The number of its features.
    pub fn features(&self) -> usize {
        self.values.as_ref().map_or(1, Vec::len)
    }

    /// The names of its features: `name`, or `name=value` for each value.
    pub fn names(&self) -> Vec<String> {
        match &self.values {
            None => vec![self.name.clone()],
            Some(values) => values.iter().map(|value| format!("{}={value}", self.name)).collect(),
        }
    }

    /// Appends the features of a text, or of none; false for a text that no training sample has.
    pub(super) fn push(&self, text: Option<&str>, into: &mut Vec<f64>) -> bool {
        let values = self.values.as_deref().unwrap_or_default();
        let wanted = text.unwrap_or(MISSING);
        let own = values.binary_search_by(|value| value.as_str().cmp(wanted)).ok();
        into.extend((0..values.len()).map(|k| f64::from(Some(k) == own)));
        own.is_some() || text.is_none()
    }
}

/// The features of every row, with how they were made.
pub(super) struct Encoded {
    pub columns: Vec<Column>,
    pub scaling: Scaling,
    pub features: Vec<f32>,
    pub unseen: usize,
}

/// Features of a table of which these rows are the training split.
pub(super) fn encode(cells: &[Cells], rows: usize, train: &[u32]) -> Encoded {
    let columns: Vec<Column> = cells.iter().map(|it| it.learn(train)).collect();
    let width: usize = columns.iter().map(Column::features).sum();
    let (mut all, mut unseen) = (Vec::with_capacity(rows * width), 0);
    for row in 0..rows {
        for (column, cells) in columns.iter().zip(cells) {
            match &cells.values {
                Values::Numbers(numbers) => all.push(numbers[row]),
                Values::Texts(texts) => {
                    unseen += usize::from(!column.push(texts.text(row), &mut all));
                }
            }
        }
    }
    let is_text = columns.iter().flat_map(|it| vec![it.values.is_some(); it.features()]);
    let scaling = standard::scaling(&all, &is_text.collect::<Vec<_>>(), train);
    let features = match width {
        0 => Vec::new(),
        _ => all.chunks(width).flat_map(|row| scaling.apply(row)).collect(),
    };
    Encoded { columns, scaling, features, unseen }
}

impl Preparation {
    /// What to say of it: what is missing, left out or new to the network.
    pub fn warnings(&self) -> Vec<String> {
        use thalweg_draw::numbers::counted;
        let mut all = Vec::new();
        if !self.missing.is_empty() {
            let cells: usize = self.missing.iter().map(|it| it.1).sum();
            all.push(format!(
                "{} missing ({}); a missing number counts as the mean of the training split, a missing text as a \
                 category of its own",
                are(cells, "cell"),
                self.missing_by_column()
            ));
        }
        if self.unlabelled > 0 {
            all.push(format!("{} left out, without a label", are(self.unlabelled, "row")));
        }
        if self.unseen > 0 {
            all.push(format!(
                "{} of the test split with a text that no training sample has: 0 in every category",
                counted(self.unseen as u64, "cell")
            ));
        }
        all
    }

    /// The same for a table of settings: names and values.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let counted =
            |values: &[String]| thalweg_draw::numbers::counted(values.len() as u64, "value");
        let texts = self
            .columns
            .iter()
            .filter_map(|it| Some(format!("{} ({})", it.name, counted(it.values.as_deref()?))));
        let texts = texts.collect::<Vec<_>>().join(", ");
        let number = |count: usize| if count > 0 { count.to_string() } else { String::new() };
        let facts = [
            ("columns of texts", texts),
            ("missing cells", self.missing_by_column()),
            ("rows left out, without a label", number(self.unlabelled)),
            ("texts that training has not seen", number(self.unseen)),
        ];
        facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The columns with missing cells and how many; of many columns, those with the most.
    fn missing_by_column(&self) -> String {
        const SHOWN: usize = 6;
        let mut columns: Vec<&(String, usize)> = self.missing.iter().collect();
        columns.sort_by_key(|it| std::cmp::Reverse(it.1));
        let shown = columns.iter().take(SHOWN).map(|(name, count)| format!("{name} {count}"));
        let more = if columns.len() > SHOWN { ", …" } else { "" };
        shown.collect::<Vec<_>>().join(", ") + more
    }
}

/// Such as `1 cell is` or `2 cells are`.
fn are(count: usize, what: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", thalweg_draw::numbers::counted(count as u64, what))
}
