//! Rows of a table: which elements of a parameter a sparse gradient touches.

use super::layout::BLOCK;

/// The rows of a sparse gradient, such as those of an embedding that a batch has used.
///
/// The table is in row-major order: row i is its elements i·width to (i + 1)·width − 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows<'a> {
    /// Elements of a row.
    pub width: usize,
    /// The rows, counted from 0, in the order in which the gradient has them.
    pub indices: &'a [u32],
}

impl Rows<'_> {
    /// The element of the table that element `k` of the gradient belongs to.
    pub(crate) fn element(self, k: usize) -> usize {
        self.indices[k / self.width] as usize * self.width + k % self.width
    }
}

/// The touched elements of a part of a table; the rows are ascending and distinct.
#[derive(Debug, Clone, Copy)]
pub struct Touched<'a> {
    rows: Rows<'a>,
    /// How many elements of the rows come before the part.
    before: usize,
    /// The table's element that the part begins with, a multiple of [`BLOCK`].
    from: usize,
}

/// Touched elements that lie one after the other in one block of the table's state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// The first one's place among the touched elements that were asked for.
    pub at: usize,
    /// Its place in the part of the table.
    pub element: usize,
    pub len: usize,
}

impl<'a> Touched<'a> {
    /// The whole table.
    pub fn new(rows: Rows<'a>) -> Self {
        Self { rows, before: 0, from: 0 }
    }

    /// Where to cut the part, a multiple of [`BLOCK`], so that about `at` touched elements lie
    /// before the cut; and how many do.
    pub fn cut(&self, at: usize) -> (usize, usize) {
        let Rows { width, indices } = self.rows;
        let cut = self.rows.element(self.before + at).next_multiple_of(BLOCK);
        let begun = indices.partition_point(|&row| (row as usize) * width < cut);
        let touched = indices[..begun]
            .last()
            .map_or(0, |&last| (begun - 1) * width + width.min(cut - last as usize * width));
        (cut - self.from, touched - self.before)
    }

    /// Cuts in two at a place that [`cut`](Self::cut) gave, with its number of touched elements.
    pub fn split_at(self, (at, touched): (usize, usize)) -> (Self, Self) {
        (self, Self { before: self.before + touched, from: self.from + at, ..self })
    }

    /// The touched elements from number `first` on, `n` of them, in runs.
    pub fn runs(self, first: usize, n: usize) -> impl Iterator<Item = Run> {
        let width = self.rows.width;
        let mut at = 0;
        std::iter::from_fn(move || {
            let k = self.before + first + at;
            let element = (at < n).then(|| self.rows.element(k))?;
            let len = (width - k % width).min(BLOCK - element % BLOCK).min(n - at);
            let run = Run { at, element: element - self.from, len };
            at += len;
            Some(run)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However a table is cut, the runs of the parts are the touched elements, in order.
    #[test]
    fn cuts_lose_no_element() {
        for (width, rows) in [(1, 9000), (3, 3000), (700, 13), (1024, 9), (5000, 4)] {
            let indices: Vec<u32> = (0..rows).filter(|row| row % 3 != 1).collect();
            let rows = Rows { width, indices: &indices };
            let len = indices.len() * width;
            let expected: Vec<usize> = (0..len).map(|k| rows.element(k)).collect();
            for at in [0, 1, 1000, len / 2] {
                let whole = Touched::new(rows);
                let (cut, touched) = whole.cut(at);
                let (left, right) = whole.split_at((cut, touched));
                assert!((at..at + BLOCK).contains(&touched));
                let mut found = Vec::new();
                for (part, from, n) in [(left, 0, touched), (right, cut, len - touched)] {
                    for Run { at, element, len } in part.runs(0, n) {
                        assert_eq!(at, found.len() - if from == 0 { 0 } else { touched });
                        assert_eq!(element / BLOCK, (element + len - 1) / BLOCK);
                        found.extend((element..element + len).map(|element| from + element));
                    }
                }
                assert_eq!(found, expected, "width {width}, at {at}");
            }
        }
    }
}
