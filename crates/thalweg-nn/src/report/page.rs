//! The page: its sections in order, in one file.

use maud::{Markup, PreEscaped, html};
use thalweg_draw::page::{self, VideoWords, video_controls};

use super::contents::{LandscapeView, Report, styles_of};
use super::figure::Figure;
use super::text::counted;
use super::{interactive, mistakes, palette, residuals, results, writing};

impl Report {
    /// The page, with everything in one file except the landscape's video.
    pub fn html(&self) -> String {
        let figures = Figure::all(&self.target, &self.methods);
        let body = html! {
            (self.header())
            @if !self.methods.is_empty() { (results::section(self)) }
            (interactive::section(self, &figures))
            (self.networks())
            (self.settings())
            @if !figures.is_empty() { (interactive::script(&self.methods, &figures)) }
        };
        page::styled(&format!("{} · thalweg", self.title), &self.style(), &body)
    }

    /// What the trained networks show, and how the methods step.
    pub(crate) fn networks(&self) -> Markup {
        html! {
            @if let Some(scene) = &self.regions {
                section {
                    h2 id="regions" { "Decision regions" }
                    figure.wide { (PreEscaped(scene.svg())) }
                }
            }
            @if let Some(landscape) = &self.landscape { (landscape.section()) }
            (writing::section(self))
            (mistakes::section(self))
            (residuals::section(self))
            (self.formulas())
        }
    }

    /// The style of the page.
    pub(crate) fn style(&self) -> String {
        palette::rules(&styles_of(&self.methods), self.classes.len()) + include_str!("style.css")
    }

    fn header(&self) -> Markup {
        let steps = self.methods.iter().map(|m| m.steps.len()).max().unwrap_or(0) as u64;
        let epochs = self.methods.iter().filter_map(|m| m.epochs.last()).map(|r| r.epoch).max();
        html! {
            h1 { (self.title) }
            p.lead { (self.verdict()) }
            p.facts {
                @if !self.data.is_empty() { span { "data " code { (self.data) } } }
                @if !self.model.is_empty() { span { "network " code { (self.model) } } }
                @if !self.methods.is_empty() { span { (counted(self.methods.len() as u64, "method")) } }
                @if let Some(epochs) = epochs { span { (counted(epochs, "epoch")) } }
                @if steps > 0 { span { (counted(steps, "step")) } }
            }
            @if self.methods.len() > 1 {
                p { "All methods start from the same weights and see the same batches in the same order: only the method differs." }
            }
        }
    }

    fn formulas(&self) -> Markup {
        html! {
            @if self.methods.iter().any(|method| !method.formula.is_empty()) {
                section {
                    h2 id="formulas" { "How the methods step" }
                    @for method in self.methods.iter().filter(|method| !method.formula.is_empty()) {
                        h3 { (method.label) }
                        div.formula { @for line in &method.formula { (page::mathml(line)) } }
                    }
                }
            }
        }
    }

    fn settings(&self) -> Markup {
        html! {
            @if !self.settings.is_empty() {
                section {
                    h2 id="settings" { "Settings" }
                    div.table {
                        table.settings {
                            tbody {
                                @for (name, value) in &self.settings {
                                    tr { th scope="row" { (name) } td { code { (value) } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl LandscapeView {
    fn section(&self) -> Markup {
        html! {
            section {
                h2 id="landscape" { "Loss landscape" }
                div.pair {
                    figure { (PreEscaped(self.scene.svg())) }
                    @if let Some(video) = &self.video {
                        figure.video {
                            video controls loop muted playsinline preload="metadata" src=(video.address) poster=[video.poster.as_ref()] width=(video.size.0) height=(video.size.1) style={ "aspect-ratio:" (video.size.0) "/" (video.size.1) } {}
                        }
                    }
                }
                @if self.video.is_some() { (video_controls(VideoWords { step: "Frame of the video", step_of: "frame {step}", ..VideoWords::default() })) }
                @if !self.caption.is_empty() { p { (self.caption) } }
            }
        }
    }
}
