//! The transformer as text and as a network.

use candle_core::{Device, Tensor};
use thalweg_nn::network::{Network, SampleShape};
use thalweg_nn::{Mode, Trainable, Weights};

const TEXT: SampleShape = SampleShape::Sequence { length: 8, vocabulary: 10 };

fn says(text: &str) -> String {
    text.parse::<Network>().unwrap_err().to_string()
}

#[test]
fn settings_that_are_wrong_are_refused() {
    assert_eq!(
        says("gpt:layer=3"),
        "gpt has no setting `layer` (did you mean `layers`?); it has layers (a whole number from 1 to \
         100), width (a whole number from 1 to 10000), heads (a whole number from 1 that divides width)"
    );
    assert_eq!(
        says("gpt:layers=0"),
        "gpt: layers=0 is refused; layers is a whole number from 1 to 100"
    );
    assert_eq!(
        says("gpt:width=6"),
        "gpt: a width of 6 cannot be divided among 4 heads; width is a multiple of heads"
    );
    assert_eq!(
        says("gpt:2"),
        "`2` in `gpt:2` is not a width; gpt has settings, such as gpt:layers=2,width=64"
    );
    assert_eq!(says("gpt:width=8,width=8"), "gpt: width is given twice");
    for text in ["gpt:width=x", "gpt:width=-8", "gpt:heads=0", "gpt:width=20000", "gpt:layers="] {
        assert!(says(text).contains(" is refused; "), "{text}");
    }
}

#[test]
fn a_network_for_other_samples_says_which_one_suits() {
    let refused = |text: &str, sample: SampleShape| {
        text.parse::<Network>().unwrap().check(sample).unwrap_err().to_string()
    };
    assert_eq!(
        refused("mlp:10", TEXT),
        "`mlp:10` needs features or images; a sample of this data has 8 tokens, for which there is gpt"
    );
    let says = refused("gpt", SampleShape::Features(4));
    assert!(says.starts_with("`gpt` needs a text; a sample of this data has 4 features"), "{says}");
    let says = refused("gpt", SampleShape::Image { height: 8, width: 8 });
    assert!(says.ends_with("8 × 8 pixels, for which there is softmax, mlp and cnn"), "{says}");
}

#[test]
fn scores_depend_on_no_later_character() {
    let network: Network = "gpt:layers=2,width=8,heads=2".parse().unwrap();
    let model = network.build(&Weights::new(3).builder(), TEXT, 10).unwrap();
    let scores = |tokens: [u32; 8]| {
        let tokens = Tensor::from_slice(&tokens, (1, 8), &Device::Cpu).unwrap();
        let scores = model.scores(&tokens, Mode::Evaluation).unwrap();
        scores.squeeze(0).unwrap().to_vec2::<f32>().unwrap()
    };
    let (one, other) = (scores([1, 2, 3, 4, 5, 6, 7, 8]), scores([1, 2, 3, 4, 5, 9, 7, 8]));
    assert_eq!(one[..5], other[..5]);
    assert!((5..8).all(|place| one[place] != other[place]));
}

/// A network of fewer characters than the window is the same network.
#[test]
fn the_beginning_of_a_window_has_the_scores_that_it_has_in_the_window() {
    let network: Network = "gpt:layers=1,width=8,heads=2".parse().unwrap();
    let model = network.build(&Weights::new(3).builder(), TEXT, 10).unwrap();
    let scores = |length: usize| {
        let tokens = Tensor::arange(0_u32, length as u32, &Device::Cpu).unwrap();
        let scores = model.scores(&tokens.unsqueeze(0).unwrap(), Mode::Evaluation).unwrap();
        scores.narrow(1, 0, 3).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap()
    };
    for (a, b) in scores(3).into_iter().zip(scores(8)) {
        assert!((a - b).abs() < 1e-6);
    }
}

#[test]
fn weights_start_as_those_of_gpt_2() {
    let network: Network = "gpt:layers=8,width=64".parse().unwrap();
    let weights = Weights::new(0);
    network.build(&weights.builder(), TEXT, 10).unwrap();
    for (name, var) in weights.vars() {
        let values = var.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let square = values.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
        let deviation = (square / values.len() as f64).sqrt();
        let expected = match name.rsplit_once('.') {
            Some((_, "gain")) => 1.0,
            Some((_, "bias" | "b")) => 0.0,
            // 0.02 / √(2·8)
            Some((of, "W")) if of.ends_with("out") || of.ends_with("down") => 0.005,
            _ => 0.02,
        };
        assert!((deviation - expected).abs() <= 0.1 * expected, "{name}: {deviation}");
    }
}
