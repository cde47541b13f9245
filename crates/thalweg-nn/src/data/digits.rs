//! The handwritten digits bundled with this crate.

use std::io::Read;

use flate2::read::GzDecoder;

use super::dataset::{Dataset, Kind, Samples};
use super::error::DataError;
use super::scaling::Scaling;
use super::split::{self, Split};
use super::table::Preparation;
use super::target::Target;

/// One line per image: 64 values from 0 to 16, then the digit.
static TABLE: &[u8] = include_bytes!("../../assets/digits.csv.gz");

const SIDE: usize = 8;
/// The highest grey value.
const HIGHEST: f32 = 16.0;

pub(super) fn load(options: &Split) -> Result<Dataset, DataError> {
    let (inputs, targets) = read().ok_or(DataError::Digits)?;
    let classes: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let parts = split::parts(&targets, &classes, options, split::TEST_SHARE)?;
    let all = Samples::from_rows(inputs, targets)?;
    let (train, test) = (all.subset(&parts.train)?, all.subset(&parts.test)?);
    let kind = Kind::Images { height: SIDE, width: SIDE };
    let scaling = Scaling::Divided(HIGHEST.into());
    let (target, preparation) = (Target::Class, Preparation::default());
    let name = "digits".to_owned();
    Ok(Dataset { name, kind, classes, train, test, scaling, target, preparation })
}

fn read() -> Option<(Vec<f32>, Vec<u32>)> {
    let mut text = String::new();
    GzDecoder::new(TABLE).read_to_string(&mut text).ok()?;
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let (pixels, digit) = line.rsplit_once(',')?;
        for pixel in pixels.split(',') {
            inputs.push(pixel.parse::<f32>().ok()? / HIGHEST);
        }
        targets.push(digit.parse().ok().filter(|&digit| digit < 10)?);
    }
    (inputs.len() == SIDE * SIDE * targets.len()).then_some((inputs, targets))
}
