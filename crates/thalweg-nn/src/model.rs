//! Trained networks as files that describe themselves.
//!
//! A `model.safetensors` holds the weights and, as JSON under the key `thalweg` of its metadata, a [`Description`]: the
//! network, the classes, and what has to be done to a sample before the network sees it. Nothing else is needed to
//! use it:
//!
//! ```no_run
//! use thalweg_nn::model::Model;
//!
//! let model = Model::open("run/adam/model.safetensors".as_ref())?;
//! let rows = vec![vec![5.1, 3.5, 1.4, 0.2]];
//! for (class, probability) in model.predict(&rows)? {
//!     println!("{} {probability:.3}", model.description.classes[class]);
//! }
//! # Ok::<(), thalweg_nn::model::ModelError>(())
//! ```

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{D, DType, Device, Tensor};
use candle_nn::VarBuilder;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use thalweg_lab::output::reason;

use crate::data::{Column, DataError, Dataset, Kind, Rows, Scaling, Target, Vocabulary, Wanted};
use crate::network::{Activation, Network, NetworkError, SampleShape};
use crate::trainable::{Mode, Model as Layers, Trainable};

/// The key of the description in a file's metadata.
const KEY: &str = "thalweg";
/// The version of descriptions.
const VERSION: u32 = 1;
/// Samples per forward pass; bounds memory.
const CHUNK: usize = 1000;

/// What a network is and what it was trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// The version of this description.
    pub version: u32,
    /// The network, such as `mlp:100,100`.
    pub network: String,
    /// The activation of its hidden layers.
    pub activation: String,
    /// The number of features of a sample.
    pub inputs: usize,
    /// The names of the classes; class k is number k. None for regression.
    pub classes: Vec<String>,
    /// The names of the features, where they have names.
    pub columns: Vec<String>,
    /// Height and width of images.
    pub image: Option<[usize; 2]>,
    /// The columns of a table that the features are made of; none where the features are the columns themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub table: Vec<Column>,
    /// What is done to the features of a sample.
    pub scaling: Scaling,
    /// The characters of a text; class k is its character k, and `inputs` is the length of a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<Vocabulary>,
    /// What it predicts.
    #[serde(default, skip_serializing_if = "is_class")]
    pub target: Target,
    /// The data that it was trained on, such as `digits`.
    pub data: String,
    /// The optimizer, as a spec.
    pub optimizer: String,
    /// The steps that were taken.
    pub steps: u64,
    /// The version of the program.
    pub thalweg: String,
}

/// Why a model cannot be opened or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file cannot be read.
    #[error("cannot read {}: {}", path.display(), reason(source))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no model of this program.
    #[error("{} is not a model that thalweg trained: {what}", path.display())]
    NotAModel {
        /// The file.
        path: PathBuf,
        /// What is missing or wrong.
        what: String,
    },
    /// Samples with another number of features.
    #[error("sample {sample} has {found} features; the network takes {wanted}")]
    Features {
        /// The sample, from 1.
        sample: usize,
        /// Its features.
        found: usize,
        /// The features of the network.
        wanted: usize,
    },
    /// A table for a network that continues text.
    #[error("the network continues a text: it takes a prompt in place of a table")]
    ContinuesText,
    /// A prompt for a network that classifies samples.
    #[error("the network classifies samples: it takes a table in place of a prompt")]
    ClassifiesSamples,
    /// A prompt with a character that is not in the vocabulary.
    #[error(
        "the network does not know `{character}`: the text that it was trained on has no such character"
    )]
    Character {
        /// The character, readable.
        character: String,
    },
    /// A temperature below 0 or not finite.
    #[error("a temperature of {0} is refused; it is a number from 0 on")]
    Temperature(f64),
    /// A computation failed.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
    /// The file cannot be made.
    #[error(transparent)]
    Tensors(#[from] safetensors::SafeTensorError),
}

/// A trained network.
pub struct Model {
    /// What it is.
    pub description: Description,
    pub(crate) network: Layers,
}

impl Description {
    /// A description of a network trained on a data set.
    pub(crate) fn new(network: &Network, data: &Dataset) -> Self {
        let columns = match &data.kind {
            Kind::Table { columns } => columns.clone(),
            Kind::Plane => ["x", "y"].map(str::to_owned).to_vec(),
            Kind::Images { .. } | Kind::Text { .. } => Vec::new(),
        };
        let image = match &data.kind {
            Kind::Images { height, width } => Some([*height, *width]),
            _ => None,
        };
        let vocabulary = match &data.kind {
            Kind::Text { vocabulary, .. } => Some(vocabulary.clone()),
            _ => None,
        };
        Self {
            version: VERSION,
            network: network.to_string(),
            activation: network.activation.to_string(),
            inputs: data.features(),
            classes: data.classes.clone(),
            columns,
            image,
            table: data.preparation.columns.clone(),
            vocabulary,
            scaling: data.scaling.clone(),
            target: data.target.clone(),
            data: data.name.clone(),
            optimizer: String::new(),
            steps: 0,
            thalweg: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Reads the samples in a table, and their true classes or numbers in a column of it.
    ///
    /// # Errors
    /// As [`Rows::read`].
    pub fn rows(&self, path: &Path, label: Option<&str>) -> Result<Rows, DataError> {
        let of_name = |name: &String| Column { name: name.clone(), values: None };
        let named: Vec<Column>;
        let columns = match &self.table[..] {
            [] => {
                named = self.columns.iter().map(of_name).collect();
                &named
            }
            columns => columns,
        };
        let fills = matches!(self.scaling, Scaling::Standard { .. });
        let (features, task) = (self.inputs, self.target.task());
        Rows::read(path, &Wanted { columns, features, fills, task, label })
    }

    /// What a sample is to the network.
    fn shape(&self) -> SampleShape {
        match (&self.vocabulary, self.image) {
            (Some(vocabulary), _) => {
                SampleShape::Sequence { length: self.inputs, vocabulary: vocabulary.len() }
            }
            (None, Some([height, width])) => SampleShape::Image { height, width },
            (None, None) => SampleShape::Features(self.inputs),
        }
    }

    /// The number of outputs of the network.
    fn outputs(&self) -> usize {
        match self.target {
            Target::Class => self.classes.len(),
            Target::Number { .. } => 1,
        }
    }

    /// A safetensors file of weights with this description.
    pub(crate) fn file(
        &self,
        tensors: &BTreeMap<String, (Vec<usize>, Vec<u8>)>,
    ) -> Result<Vec<u8>, safetensors::SafeTensorError> {
        let views = tensors.iter().map(|(name, (shape, bytes))| {
            Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?))
        });
        let views: Vec<_> = views.collect::<Result<_, safetensors::SafeTensorError>>()?;
        // One key only: the order of several is not the same each time.
        let text = serde_json::to_string(self).unwrap_or_default();
        safetensors::serialize(views, Some(HashMap::from([(KEY.to_owned(), text)])))
    }
}

impl Model {
    /// Opens a model, or the `model.safetensors` in a folder.
    ///
    /// # Errors
    /// [`ModelError`]: a file that cannot be read, or that is no model.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let path = if path.is_dir() { path.join("model.safetensors") } else { path.to_owned() };
        let bytes =
            fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
        let wrong = |what: String| ModelError::NotAModel { path: path.clone(), what };
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|e| wrong(e.to_string()))?;
        let text = header.metadata().as_ref().and_then(|all| all.get(KEY));
        let text = text.ok_or_else(|| wrong("it does not describe itself".to_owned()))?;
        let description: Description =
            serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if description.version != VERSION {
            let what =
                format!("its version is {}; this program reads {VERSION}", description.version);
            return Err(wrong(what));
        }
        let network = described(&description).map_err(|error| wrong(error.to_string()))?;
        let vars = VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu)?;
        let network = network
            .build(&vars, description.shape(), description.outputs())
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self { description, network })
    }

    /// The class of each sample, and its probability. Features are as they stand in a file: they are scaled here.
    ///
    /// # Errors
    /// [`ModelError::Features`]: a sample with another number of features;
    /// [`ModelError::ContinuesText`]: another kind of network.
    pub fn predict(&self, rows: &[Vec<f64>]) -> Result<Vec<(usize, f64)>, ModelError> {
        let mut all = Vec::with_capacity(rows.len());
        self.forward(rows, |scores| {
            let chances = candle_nn::ops::softmax(scores, D::Minus1)?;
            let classes = scores.argmax(D::Minus1)?.to_vec1::<u32>()?;
            let highest = chances.max(D::Minus1)?.to_vec1::<f32>()?;
            all.extend(classes.into_iter().zip(highest).map(|(k, p)| (k as usize, f64::from(p))));
            Ok(())
        })?;
        Ok(all)
    }

    /// The number that a network for regression predicts of each sample, in the units of its target.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn numbers(&self, rows: &[Vec<f64>]) -> Result<Vec<f64>, ModelError> {
        let mut all = Vec::with_capacity(rows.len());
        let target = &self.description.target;
        self.forward(rows, |outputs| {
            let outputs = outputs.flatten_all()?.to_vec1::<f32>()?;
            all.extend(outputs.into_iter().map(|z| target.in_units(z.into())));
            Ok(())
        })?;
        Ok(all)
    }

    /// Passes the outputs for all samples on, some samples at a time.
    fn forward(
        &self,
        rows: &[Vec<f64>],
        mut take: impl FnMut(&Tensor) -> candle_core::Result<()>,
    ) -> Result<(), ModelError> {
        if self.description.vocabulary.is_some() {
            return Err(ModelError::ContinuesText);
        }
        let wanted = self.description.inputs;
        if let Some(at) = rows.iter().position(|row| row.len() != wanted) {
            return Err(ModelError::Features { sample: at + 1, found: rows[at].len(), wanted });
        }
        for chunk in rows.chunks(CHUNK) {
            let inputs: Vec<f32> =
                chunk.iter().flat_map(|row| self.description.scaling.apply(row)).collect();
            let inputs = Tensor::from_vec(inputs, (chunk.len(), wanted), &Device::Cpu)?;
            take(&self.network.scores(&inputs, Mode::Evaluation)?)?;
        }
        Ok(())
    }
}

fn is_class(target: &Target) -> bool {
    *target == Target::Class
}

/// The network of a description.
fn described(it: &Description) -> Result<Network, NetworkError> {
    let mut network: Network = it.network.parse()?;
    network.activation = it.activation.parse::<Activation>()?;
    Ok(network)
}
