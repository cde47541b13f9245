//! Schedules over the steps of a run: a chart, a table, data.
//!
//! ```
//! use thalweg_lab::map::MapFormat;
//! use thalweg_lab::schedule::Curves;
//!
//! let curves = Curves::of(&["warmup:5% then cosine", "onecycle"], 1000, 0.1)?;
//! assert_eq!(curves.curves[0].value(49), 0.1);
//! assert!(curves.render(MapFormat::Png)?.starts_with(b"\x89PNG"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::Serialize;
use thalweg::schedule::{Schedule, ScheduleError};
use thalweg_draw::numbers::number;
use thalweg_draw::plot::{DrawError, LineChart, Series};

use crate::map::MapFormat;
use crate::record::to_json;

/// The values of schedules at the steps of a run.
#[derive(Debug, Clone)]
pub struct Curves {
    /// The steps of the run, at least 1.
    pub steps: u64,
    /// The schedules.
    pub curves: Vec<Curve>,
}

/// The values of a schedule at the steps of a run.
#[derive(Debug, Clone)]
pub struct Curve {
    /// Its text as it was given.
    pub text: String,
    /// The schedule, in numbers of steps.
    pub schedule: Schedule,
    /// The configured value.
    pub base: f64,
    steps: u64,
}

/// A part of a schedule within a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Its text.
    pub part: String,
    /// Its first step.
    pub first: u64,
    /// The value there.
    pub first_value: f64,
    /// Its last step.
    pub last: u64,
    /// The value there.
    pub last_value: f64,
}

/// Why the values of a schedule cannot be shown.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CurvesError {
    /// A schedule that cannot be read.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A schedule whose values are not known before the run.
    #[error(
        "`{schedule}` has a plateau, whose values follow from the losses of a run and are not known before it; \
         thalweg train records them"
    )]
    NeedsMetric {
        /// The schedule.
        schedule: String,
    },
    /// The same text twice.
    #[error("the schedule `{schedule}` is given twice")]
    Twice {
        /// The schedule.
        schedule: String,
    },
}

impl Curves {
    /// The schedules of these texts in a run of a number of steps with a configured value.
    ///
    /// # Errors
    /// [`CurvesError`]: a text that cannot be read or is there twice, a plateau.
    pub fn of(texts: &[impl AsRef<str>], steps: u64, base: f64) -> Result<Self, CurvesError> {
        let steps = steps.max(1);
        let mut curves: Vec<Curve> = Vec::new();
        for text in texts.iter().map(|text| text.as_ref().trim()) {
            let schedule = Schedule::parse_for(text, steps)?;
            if schedule.needs_metric() {
                return Err(CurvesError::NeedsMetric { schedule: text.to_owned() });
            }
            if curves.iter().any(|curve| curve.text == text) {
                return Err(CurvesError::Twice { schedule: text.to_owned() });
            }
            curves.push(Curve { text: text.to_owned(), schedule, base, steps });
        }
        Ok(Self { steps, curves })
    }

    /// The bytes of a file of this kind.
    ///
    /// # Errors
    /// [`DrawError`] where a picture cannot be made.
    pub fn render(&self, format: MapFormat) -> Result<Vec<u8>, DrawError> {
        Ok(match format {
            MapFormat::Png => self.chart().scene().png(1.0)?,
            MapFormat::Svg => self.chart().scene().svg().into_bytes(),
            MapFormat::Json => self.json().into_bytes(),
            MapFormat::Csv => self.csv(),
        })
    }

    /// The values against the step.
    pub fn chart(&self) -> LineChart {
        let title = match &self.curves[..] {
            [curve] => curve.text.clone(),
            _ => "Schedules".to_owned(),
        };
        let mut chart = LineChart::new(title, "step", "lr");
        let lines = self.curves.iter().enumerate();
        let line = |(i, curve): (usize, &Curve)| Series::line(&*curve.text, curve.points(), i);
        chart.series = lines.map(line).collect();
        chart
    }

    /// Texts, parts, warnings and every value as JSON.
    fn json(&self) -> String {
        let schedules = self.curves.iter().map(|curve| CurveRecord {
            text: &curve.text,
            schedule: curve.schedule.to_string(),
            parts: curve.parts(),
            warnings: curve.warnings(),
            values: (0..self.steps).map(|step| curve.value(step)).collect(),
        });
        let lr = self.curves.first().map_or(0.0, |curve| curve.base);
        to_json(&Record { steps: self.steps, lr, schedules: schedules.collect() })
    }

    /// The values as CSV (RFC 4180): columns schedule, step, lr, a line for every step of every schedule.
    fn csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing to memory has no way to fail.
        let mut line = |fields: [&str; 3]| {
            let _ = writer.write_record(fields);
        };
        line(["schedule", "step", "lr"]);
        for curve in &self.curves {
            for step in 0..self.steps {
                line([&curve.text, &step.to_string(), &format!("{:?}", curve.value(step))]);
            }
        }
        writer.into_inner().unwrap_or_default()
    }
}

/// What a JSON file holds.
#[derive(Serialize)]
struct Record<'a> {
    steps: u64,
    lr: f64,
    schedules: Vec<CurveRecord<'a>>,
}

#[derive(Serialize)]
struct CurveRecord<'a> {
    /// As it was given.
    text: &'a str,
    /// In numbers of steps.
    schedule: String,
    parts: Vec<Part>,
    warnings: Vec<String>,
    values: Vec<f64>,
}

/// Stretches of steps of which a line shows the lowest and the highest value: about two for each pixel.
const STRETCHES: u64 = 2400;

impl Curve {
    /// The value at a step.
    pub fn value(&self, step: u64) -> f64 {
        self.schedule.value(step, self.base)
    }

    /// What makes it unsuitable for the run, a sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let misfits = self.schedule.misfits(self.steps, self.base);
        misfits.iter().map(|misfit| misfit.text("lr")).collect()
    }

    /// The parts that begin within the run.
    pub fn parts(&self) -> Vec<Part> {
        let parts = self.schedule.parts();
        let ends = parts.iter().skip(1).map(|(begin, _)| *begin).chain([u64::MAX]);
        let within = parts.iter().zip(ends).filter(|((begin, _), _)| *begin < self.steps);
        let part = |((begin, text), end): (&(u64, String), u64)| {
            let last = end.min(self.steps) - 1;
            let [first_value, last_value] = [*begin, last].map(|step| self.value(step));
            Part { part: text.clone(), first: *begin, first_value, last, last_value }
        };
        within.map(part).collect()
    }

    /// The first step with the highest value.
    pub fn highest(&self) -> u64 {
        let higher =
            |best: u64, step| if self.value(step) > self.value(best) { step } else { best };
        (0..self.steps).fold(0, higher)
    }

    /// A sentence without a full stop: the value at first, at most and at last.
    pub fn summary(&self) -> String {
        let [first, highest, last] =
            [0, self.highest(), self.steps - 1].map(|step| number(self.value(step)));
        format!("{}: lr is {first} at first, {highest} at most, {last} at last", self.text)
    }

    /// The points of its line. Of a long run each stretch of steps has its lowest and its highest value.
    fn points(&self) -> Vec<(f64, f64)> {
        let stretch = self.steps.div_ceil(STRETCHES);
        let point = |step: u64| (step as f64, self.value(step));
        let starts = (0..self.steps).step_by(stretch as usize);
        let extremes = starts.flat_map(|start| {
            let all = || (start..(start + stretch).min(self.steps)).map(point);
            let lowest = all().min_by(|a, b| a.1.total_cmp(&b.1));
            let highest = all().max_by(|a, b| a.1.total_cmp(&b.1));
            [lowest, highest].into_iter().flatten()
        });
        let mut points: Vec<_> = extremes.chain([point(0), point(self.steps - 1)]).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup();
        points
    }
}
