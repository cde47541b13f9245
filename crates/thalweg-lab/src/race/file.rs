//! A race as a file.

use super::{Race, page, record};
use crate::descent::{Descent, Format};
use crate::render::RenderError;

/// As many methods have their paths drawn: those are told apart by everybody.
pub(super) const DRAWN: usize = 10;

impl Race {
    /// The first ten methods at their best, from every start.
    ///
    /// # Errors
    /// None, except for a defect: the same runs have been made before.
    pub fn descent(&self) -> Result<Descent, RenderError> {
        let specs: Vec<_> =
            self.contenders.iter().take(DRAWN).map(|it| it.result.spec.clone()).collect();
        let (plan, title) = (&self.plan, self.title.clone());
        Descent::among(&self.problem, &specs, &plan.starts, plan.steps, plan.setting.clone())
            .map(|descent| descent.titled(title))
            .map_err(|error| RenderError::Exhibit(Box::new(error)))
    }

    /// The bytes of a file of this kind: numbers of all settings, the paths of the first ten methods, or a page with
    /// both.
    ///
    /// # Errors
    /// [`RenderError`] where a picture or video cannot be made.
    pub fn render(&self, format: Format) -> Result<Vec<u8>, RenderError> {
        match format {
            Format::Json => Ok(record::json(self).into_bytes()),
            Format::Csv => Ok(record::csv(self)),
            Format::Html => Ok(page::page(self)?.into_bytes()),
            Format::Png | Format::Svg | Format::Mp4 | Format::Gif => self.descent()?.render(format),
        }
    }
}
