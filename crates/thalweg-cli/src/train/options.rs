//! The options of `thalweg train`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use thalweg_lab::sweep::MOST_SETTINGS;
use thalweg_nn::compare::DEFAULT_SUITE;
use thalweg_nn::experiment::Vary;
use thalweg_nn::network::NETWORKS;

/// Options of `train`. None has a default here: what is not given comes from the resumed run, or from the
/// library.
#[derive(Debug, Args)]
#[command(after_help = examples())]
pub struct Options {
    /// The data set: digits, idx:DIR, csv:FILE:label=COLUMN, npz:FILE, text:FILE, spirals, moons, blobs
    /// [default: digits]
    #[arg(long, value_name = "SOURCE")]
    pub data: Option<String>,

    /// What to predict: a class (classification), or a number (regression) [default: classification]
    #[arg(long, value_name = "TASK")]
    pub task: Option<String>,

    /// A column of the table to leave out, such as an identifier; repeat for several
    #[arg(long, value_name = "COLUMN")]
    pub drop: Vec<String>,

    /// The share of samples in the test split, between 0 and 1 [default: a quarter; a fifth of an IDX
    /// folder with one part; the test part of one with two; the last tenth of a text]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub test: Option<f64>,

    /// The network: softmax, mlp:100,100, cnn:6,16, gpt for text, with settings if wanted, see below
    /// [default: mlp:100,100; gpt for text]
    #[arg(long, value_name = "NETWORK")]
    pub model: Option<String>,

    /// The activation of hidden layers: relu, sigmoid, tanh, gelu [default: relu; gelu of gpt]
    #[arg(long, value_name = "NAME")]
    pub activation: Option<String>,

    /// The initialisation of weights: he, xavier, normal:DEVIATION [default: he for relu and gelu, xavier
    /// for sigmoid and tanh; normal:0.02 of gpt]
    #[arg(long, value_name = "NAME")]
    pub init: Option<String>,

    /// An optimizer: NAME or NAME:KEY=VALUE,KEY=VALUE; repeat for several [default: six, tuned, see
    /// below]
    #[arg(long = "with", value_name = "SPEC")]
    pub with: Vec<String>,

    /// Choose the learning rate of every method that names none, from eleven between 0.0001 and 10, by the
    /// loss on validation samples. A range in a spec says what else to try, such as lr=1e-3..1:log7
    #[arg(long)]
    pub tune: bool,

    /// Train with this many seeds, and compare means with their spread [default with --tune or a range: 5]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub seeds: Option<usize>,

    /// The share of training samples that are held out to choose settings and the best epoch by
    /// [default with --tune, a range or --seeds: 0.15]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub validation: Option<f64>,

    /// End a training run after this many epochs without a lower validation loss
    #[arg(long, value_name = "EPOCHS", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    pub patience: Option<u64>,

    /// What differs between the seeds: weights, order, validation (which samples are held out), split (which
    /// are tested) [default: weights,order,validation]
    #[arg(long, value_name = "WORDS")]
    pub vary: Option<Vary>,

    /// Draw this many settings of each sweep at random, between the ends of its ranges, instead of the grid
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(2..=MOST_SETTINGS as u64))]
    pub random: Option<usize>,

    /// Try settings by successive halving: all for a ninth of the epochs, the best third for a third of them,
    /// the best third of these for all
    #[arg(long)]
    pub halving: bool,

    /// The schedule of every learning rate, such as 'warmup:5% then cosine'
    #[arg(long, value_name = "SPEC")]
    pub schedule: Option<String>,

    /// Groups of parameters (W1, b1, …) for every optimizer, such as 'b*: weight_decay=0; W1: frozen'
    #[arg(long, value_name = "GROUPS")]
    pub groups: Option<String>,

    /// Clip every optimizer's gradients: global:NORM, norm:NORM or value:NUMBER
    #[arg(long, value_name = "SPEC")]
    pub clip: Option<String>,

    /// Samples per step, of a text windows [default: 128; 32 for text]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub batch: Option<usize>,

    /// Passes over the training samples [default: 20; 5 for text]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    pub epochs: Option<u64>,

    /// The seed of the split, the initial weights and the order of samples [default: 0]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// The folder to write into, new or empty
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Resume the run in the folder from its last checkpoint, with the settings it was started with; more
    /// --epochs make it longer, and --landscape can be added
    #[arg(long)]
    pub resume: bool,

    /// Also draw the loss surface with the optimizers' paths: landscape.png, .svg and .mp4
    #[arg(long)]
    pub landscape: bool,

    /// The plane of the landscape: pca, the paths' two principal directions, or random, or
    /// random:SEED [default: pca]
    #[arg(long, value_name = "KIND", requires = "landscape")]
    pub plane: Option<String>,
}

fn examples() -> String {
    let suite = DEFAULT_SUITE.map(|spec| spec.split(':').next().unwrap_or(spec)).join(", ");
    let networks = NETWORKS.map(|row| format!("  {}: {}", row.form, row.summary)).join("\n");
    format!(
        "\
All optimizers start from the same weights and see the same samples in the same order.

DIR gets report.html, pictures, metrics.jsonl and .csv, TensorBoard files, the trained networks as safetensors, and checkpoints.

Ctrl-C stops after the current step, with exit code 130. --resume continues the run, also after the program was killed, and gives the same numbers to the last bit.

Without --with, {suite} are tuned as with --tune and compared over five seeds: 390 training runs, a minute on the digits.

Networks:
{networks}

A text is cut into windows of 64 characters, or of N with text:FILE:length=N; an epoch is a pass over them. The network predicts each character from those before it in its window, and the best one writes a sample at the end, with temperature 0.8.

Examples:
  thalweg train --out run
  thalweg train --out run --resume
  thalweg train --data idx:mnist --model mlp:100,100,dropout=0.2 --with adam --out run2
  thalweg train --data csv:iris.csv:label=species --with adam:lr=0.01 --landscape --out run3
  thalweg train --data csv:houses.csv:label=price --task regression --drop id --out run4
  thalweg train --data text:plays.txt --model gpt:layers=2,width=64 --with adamw --out run5
  thalweg train --model cnn --with adam --epochs 5 --out run6"
    )
}
