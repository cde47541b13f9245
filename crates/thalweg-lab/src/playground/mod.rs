//! The playground: one page that runs the formulas of the library while one changes them.
//!
//! `methods.rs` and `worked.rs` say what the page is told about methods, from their formulas;
//! `page.rs` puts it together with the scripts and the style in `assets/playground/`, one purpose a
//! file. No text of the page computes what the library computes: steps are the
//! [JavaScript](thalweg::Formula::to_javascript) of the formulas.

mod methods;
mod page;
mod worked;

pub use page::page;
