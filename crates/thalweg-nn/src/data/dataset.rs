//! Samples, and a data set of them.

use candle_core::{DType, Device, Error, Result, Tensor, WithDType};
use rand::Rng;

use super::error::DataError;
use super::scaling::Scaling;
use super::split;
use super::table::Preparation;
use super::target::Target;
use super::text::Vocabulary;
use crate::network::SampleShape;

/// Inputs with their targets.
#[derive(Debug, Clone)]
pub struct Samples {
    /// One sample per row: `(samples, features)` in f32 for the data sets of this module, of text
    /// `(samples, length)` in u32; for others, any tensor whose first dimension is the number of
    /// samples.
    pub inputs: Tensor,
    /// The class of each sample, `(samples)` in u32 for the data sets of this module; of text the next
    /// character of each, `(samples, length)` in u32; of a regression its number, in f32, standardised.
    pub targets: Tensor,
}

/// The kind of the samples, for displaying them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Greyscale images, row by row from the top, from 0 for black to 1 for white.
    Images {
        /// Height in pixels.
        height: usize,
        /// Width in pixels.
        width: usize,
    },
    /// Rows of a table, with standardised features.
    Table {
        /// The names of the feature columns.
        columns: Vec<String>,
    },
    /// Points of the plane.
    Plane,
    /// Windows of a text: characters and the characters that follow each, as numbers.
    Text {
        /// The characters.
        vocabulary: Vocabulary,
        /// The number of characters of a window.
        length: usize,
    },
}

/// A data set for classification or regression.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Its name, such as `digits`.
    pub name: String,
    /// The kind of its samples.
    pub kind: Kind,
    /// The names of the classes; class k is number k. None for regression.
    pub classes: Vec<String>,
    /// The training samples.
    pub train: Samples,
    /// The test samples.
    pub test: Samples,
    /// What was done to the features of every sample.
    pub scaling: Scaling,
    /// What is predicted.
    pub target: Target,
    /// What was done to the columns of a table before.
    pub preparation: Preparation,
}

impl Samples {
    /// Samples from their features, row by row, and their classes or numbers; both tensors are contiguous, on
    /// the CPU.
    pub(super) fn from_rows(inputs: Vec<f32>, targets: Vec<impl WithDType>) -> Result<Self> {
        let samples = targets.len();
        let features = inputs.len() / samples.max(1);
        Ok(Self {
            inputs: Tensor::from_vec(inputs, (samples, features), &Device::Cpu)?,
            targets: Tensor::from_vec(targets, samples, &Device::Cpu)?,
        })
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.inputs.dims().first().copied().unwrap_or(0)
    }

    /// The number of targets of a sample, at least 1.
    pub(crate) fn targets_each(&self) -> usize {
        self.targets.dims().iter().skip(1).product::<usize>().max(1)
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The samples with these indices, from 0, in this order; an index may occur more than once.
    /// Both tensors are contiguous.
    ///
    /// # Errors
    /// An index out of range.
    pub fn subset(&self, indices: &[u32]) -> Result<Self> {
        let samples = self.len();
        // candle gives a row of zeros for the index `u32::MAX`.
        if let Some(&index) = indices.iter().find(|&&i| i as usize >= samples) {
            let index = index as usize;
            return Err(Error::InvalidIndex { op: "subset", index, size: samples }.bt());
        }
        let indices = Tensor::from_slice(indices, indices.len(), self.inputs.device())?;
        Ok(Self {
            inputs: self.inputs.contiguous()?.index_select(&indices, 0)?,
            targets: self.targets.contiguous()?.index_select(&indices, 0)?,
        })
    }

    /// The features of the sample with an index, from 0: for an image its pixels, row by row from the
    /// top.
    ///
    /// # Errors
    /// An index out of range; features that cannot be converted to f32.
    pub fn row(&self, index: usize) -> Result<Vec<f32>> {
        self.inputs.get(index)?.flatten_all()?.to_dtype(DType::F32)?.to_vec1()
    }

    /// The number of every sample of a regression, standardised.
    ///
    /// # Errors
    /// Targets that are not one number per sample.
    pub fn numbers(&self) -> Result<Vec<f32>> {
        self.targets.to_dtype(DType::F32)?.to_vec1()
    }

    /// The class of every sample.
    ///
    /// # Errors
    /// Targets that are not one class per sample.
    pub fn labels(&self) -> Result<Vec<u32>> {
        self.targets.to_dtype(DType::U32)?.to_vec1()
    }
}

impl Dataset {
    /// Training samples without a share of them, and that share, for validation; of a text a block of
    /// windows side by side, so that few have neighbours that are trained with.
    pub(crate) fn validation(
        &self,
        share: f64,
        random: &mut impl Rng,
    ) -> std::result::Result<(Samples, Samples), DataError> {
        let samples = self.train.len();
        if !(share > 0.0 && share < 1.0) {
            return Err(DataError::ValidationShare { share });
        }
        let count = split::samples_of(share, samples);
        if count == 0 || count >= samples {
            return Err(DataError::TooFewToValidate { samples, share, validation: count });
        }
        let [validation, train] = match self.kind {
            Kind::Text { .. } => split::block(samples, count, random),
            _ => split::shuffled(samples, count, random),
        };
        if self.target == Target::Class && !matches!(self.kind, Kind::Text { .. }) {
            let targets = self.train.labels()?;
            let kept = train.iter().map(|&i| targets[i as usize]);
            split::every_class_is_among(kept, &self.classes)?;
        }
        Ok((self.train.subset(&train)?, self.train.subset(&validation)?))
    }

    /// The number of outputs that a network needs: a score for each class, or one number.
    pub fn outputs(&self) -> usize {
        match self.target {
            Target::Class => self.classes.len(),
            Target::Number { .. } => 1,
        }
    }

    /// The number of features of a sample.
    pub fn features(&self) -> usize {
        self.train.inputs.dims().iter().skip(1).product()
    }

    /// What a sample is to a network.
    pub fn shape(&self) -> SampleShape {
        match &self.kind {
            &Kind::Images { height, width } => SampleShape::Image { height, width },
            Kind::Table { .. } | Kind::Plane => SampleShape::Features(self.features()),
            Kind::Text { vocabulary, length } => {
                SampleShape::Sequence { length: *length, vocabulary: vocabulary.len() }
            }
        }
    }
}
