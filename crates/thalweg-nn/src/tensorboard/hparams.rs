//! What TensorBoard's page of hyperparameters reads (`plugin_data.proto` of its plugin `hparams`).

use std::collections::BTreeMap;

use prost::{Message, Oneof};
use thalweg::Value;

/// The tag of the record.
pub const TAG: &str = "_hparams_/session_start_info";
const PLUGIN: &str = "hparams";
/// `DT_FLOAT` of TensorFlow.
const FLOAT: i32 = 1;

/// A tensor without values, which TensorBoard wants beside what only metadata say.
#[derive(Clone, PartialEq, Message)]
pub struct EmptyTensor {
    #[prost(int32, tag = "1")]
    dtype: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
struct Shape {
    #[prost(message, repeated, tag = "2")]
    dim: Vec<Dimension>,
}

#[derive(Clone, PartialEq, Message)]
struct Dimension {}

#[derive(Clone, PartialEq, Message)]
pub struct Metadata {
    #[prost(message, optional, tag = "1")]
    plugin: Option<Plugin>,
}

#[derive(Clone, PartialEq, Message)]
struct Plugin {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bytes = "vec", tag = "2")]
    content: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Content {
    #[prost(message, optional, tag = "3")]
    start: Option<Start>,
}

#[derive(Clone, PartialEq, Message)]
struct Start {
    #[prost(btree_map = "string, message", tag = "1")]
    hparams: BTreeMap<String, Any>,
    #[prost(string, tag = "4")]
    group: String,
}

/// `google.protobuf.Value`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(oneof = "Kind", tags = "2, 3, 4")]
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Kind {
    #[prost(double, tag = "2")]
    Number(f64),
    #[prost(string, tag = "3")]
    Text(String),
    #[prost(bool, tag = "4")]
    Flag(bool),
}

/// The start of a run, as the parts of a summary's value.
pub fn session(group: &str, values: &[(&str, Value)]) -> (EmptyTensor, Metadata) {
    let kind = |value: &Value| match value {
        Value::Number(number) => Kind::Number(*number),
        Value::Flag(flag) => Kind::Flag(*flag),
        other => Kind::Text(other.to_string()),
    };
    let any = |(name, value): &(&str, Value)| ((*name).to_owned(), Any { kind: Some(kind(value)) });
    let start = Start { hparams: values.iter().map(any).collect(), group: group.to_owned() };
    let content = Content { start: Some(start) }.encode_to_vec();
    let plugin = Plugin { name: PLUGIN.to_owned(), content };
    let shape = Shape { dim: vec![Dimension {}] };
    (EmptyTensor { dtype: FLOAT, shape: Some(shape) }, Metadata { plugin: Some(plugin) })
}
