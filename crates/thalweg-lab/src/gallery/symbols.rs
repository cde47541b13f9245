//! The table of symbols.

use maud::{Markup, html};
use thalweg_draw::page::mathml;

use super::collection::Collection;
use super::text::{Text, prose};

/// Symbols in LaTeX with their meanings.
fn symbols(text: &Text) -> [(&'static str, &'static str); 20] {
    [
        ("W", text.symbol_w),
        ("g", text.symbol_g),
        (r"\eta", text.symbol_eta),
        ("t", text.symbol_t),
        (r"\leftarrow", text.symbol_arrow),
        ("g^2", text.symbol_square),
        ("v", text.symbol_v_momentum),
        (r"\gamma", text.symbol_gamma),
        ("h", text.symbol_h),
        ("v,\\; G", text.symbol_v),
        (r"\alpha", text.symbol_alpha),
        (r"\Delta", text.symbol_delta),
        ("s", text.symbol_s),
        (r"\rho", text.symbol_rho),
        ("m", text.symbol_m),
        (r"\hat m,\; \hat v", text.symbol_hat),
        (r"\beta_1,\; \beta_2", text.symbol_beta),
        (r"\epsilon,\; \epsilon_r", text.symbol_eps),
        (r"\lambda", text.symbol_lambda),
        (r"\mathbb{E}", text.symbol_e),
    ]
}

pub(super) fn section(collection: &Collection) -> Markup {
    let text = collection.text;
    html! {
        section {
            h2 id="symbols" { (text.symbols_title) }
            p { (text.symbols_lead) }
            div.table {
                table.symbols {
                    thead { tr { th { (text.symbol) } th { (text.meaning) } } }
                    tbody {
                        @for (symbol, meaning) in symbols(text) {
                            tr { td { (mathml(symbol)) } td { (prose(meaning, &[])) } }
                        }
                    }
                }
            }
        }
    }
}
