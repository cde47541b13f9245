//! Initial weights for the gallery: the activations of five hidden layers before any training.

use std::sync::Arc;

use candle_core::{Device, Result as CandleResult, Tensor};
use rand_distr::{Distribution, StandardNormal};
use thalweg_draw::plot::{Histogram, HistogramFigure, HistogramRow, Scene};
use thalweg_lab::gallery::{Drawing, Exhibit, Language};

use crate::linear::linear;
use crate::network::{Activation, Architecture, Initial, Mlp, Network};
use crate::random::{INPUTS, random};
use crate::weights::Weights;

/// Hidden layers, neurons of each, which are the features, too, and samples.
const LAYERS: usize = 5;
const NEURONS: usize = 100;
const SAMPLES: usize = 1000;
const SEED: u64 = 0;
/// Odd, so that 0 of tanh and 0.5 of sigmoid are in the middle of one.
const BINS: usize = 31;
/// Activations beyond this multiple of their root mean square are not shown where they have no bounds.
const SPREAD: f64 = 3.0;

const INITIALS: [(Initial, &str); 4] = [
    (Initial::Normal(1.0), "σ = 1"),
    (Initial::Normal(0.01), "σ = 0.01"),
    (Initial::Xavier, "Xavier, σ = 0.1"),
    (Initial::He, "He, σ = 0.14"),
];

/// What the section says, in one language.
struct Text {
    title: &'static str,
    paragraphs: [&'static str; 2],
    /// For sigmoid, tanh and relu: what the histograms show, and their alternative text.
    drawings: [(&'static str, &'static str); 3],
}

const ENGLISH: Text = Text {
    title: "Where training starts",
    paragraphs: [
        "Before the first step there are only initial weights. Here 1,000 samples of 100 standard normal numbers pass through \
         five hidden layers of 100 neurons each, without any training. Each histogram shows the activations of one layer, each \
         row another standard deviation σ of the initial weights; s is the standard deviation of the activations, and a bar \
         that leaves the plot has its share written beside it.",
        "A gradient is a product over the layers, too: what happens to the activations from left to right happens to the \
         gradient from right to left. Xavier's σ is √(2/(n + m)) for n inputs and m neurons, He's is √(2/n).",
    ],
    drawings: [
        (
            "Sigmoid. With σ = 1 the activations lie at 0 and 1, where the function is flat: the neurons are saturated, and the \
             gradient vanishes. With σ = 0.01 nearly all are 0.5: a hundred neurons say what one would. With Xavier's and He's they \
             have a spread, but look ragged from the third layer on: sigmoid is never negative, its mean of 0.5 outweighs what \
             differs between samples, and each neuron says nearly the same of all of them.",
            "Histograms of sigmoid activations: at 0 and 1 with σ = 1, nearly all at 0.5 with σ = 0.01, spread with Xavier and He",
        ),
        (
            "tanh. With σ = 1 it is saturated at −1 and 1; with σ = 0.01 the activations shrink to 0, by a factor of ten in each \
             layer. With Xavier's every layer keeps a spread; it narrows slowly, as Xavier's σ is for functions that are \
             like x, and tanh is flatter.",
            "Histograms of tanh activations: at −1 and 1 with σ = 1, vanishing with σ = 0.01, spread in all layers with Xavier and He",
        ),
        (
            "ReLU. Half of the activations are 0. With σ = 1 the others grow sevenfold in each layer (mind the axis: there \
             every row has its own), with σ = 0.01 they vanish. With Xavier's they shrink slowly, as half of the variance is lost \
             in each layer; He's has twice the variance to make up for it, and the layers look alike.",
            "Histograms of ReLU activations: growing with σ = 1, vanishing with σ = 0.01, shrinking with Xavier, alike with He",
        ),
    ],
};

const KOREAN: Text = Text {
    title: "학습이 시작되는 곳",
    paragraphs: [
        "첫 스텝 전에는 초기 가중치만 있다. 여기서는 표준 정규 분포에서 뽑은 수 100개로 된 데이터 1,000개가 학습하지 않은, 뉴런이 100개씩인 은닉층 다섯 개를 \
         지난다. 히스토그램 하나는 한 층의 활성화 값이고, 행마다 초기 가중치의 표준편차 σ가 다르다. s는 활성화 값의 표준편차이며, 그림을 벗어나는 막대에는 그 \
         비율을 적었다.",
        "기울기도 층을 따라 곱해진다. 활성화 값에 왼쪽에서 오른쪽으로 일어나는 일이 기울기에는 오른쪽에서 왼쪽으로 일어난다. 입력이 n개, 뉴런이 m개일 때 \
         Xavier의 σ는 √(2/(n + m)), He의 σ는 √(2/n)이다.",
    ],
    drawings: [
        (
            "시그모이드. σ = 1이면 활성화 값이 함수가 평평한 0과 1에 몰린다. 뉴런이 포화되어 기울기가 사라진다. σ = 0.01이면 거의 모두 0.5이다. 뉴런 백 개가 \
             하나와 다를 바 없다. Xavier와 He에서는 퍼져 있지만 셋째 층부터 들쭉날쭉하다. 시그모이드에는 음수가 없어 평균 0.5가 데이터 사이의 차이를 누르므로 \
             뉴런마다 모든 데이터에 거의 같은 값을 내기 때문이다.",
            "시그모이드 활성화 값의 히스토그램: σ = 1이면 0과 1에, σ = 0.01이면 0.5에 몰리고 Xavier와 He에서는 퍼져 있다",
        ),
        (
            "tanh. σ = 1이면 −1과 1에서 포화되고, σ = 0.01이면 활성화 값이 층마다 열 배씩 0으로 줄어든다. Xavier에서는 모든 층이 퍼져 \
             있다. Xavier의 σ는 x와 비슷한 함수를 위한 것인데 tanh는 그보다 평평하므로 천천히 좁아진다.",
            "tanh 활성화 값의 히스토그램: σ = 1이면 −1과 1에 몰리고 σ = 0.01이면 사라지며 Xavier와 He에서는 모든 층에서 퍼져 있다",
        ),
        (
            "ReLU. 활성화 값의 절반은 0이다. σ = 1이면 나머지가 층마다 일곱 배로 커지고(여기서는 행마다 축이 다르다), σ = 0.01이면 사라진다. Xavier에서는 \
             층마다 분산의 절반이 없어지므로 천천히 줄어든다. He는 이를 메우려고 분산을 두 배로 하며, 층들이 비슷하다.",
            "ReLU 활성화 값의 히스토그램: σ = 1이면 커지고 σ = 0.01이면 사라지며 Xavier에서는 줄어들고 He에서는 비슷하다",
        ),
    ],
};

/// The activations of five hidden layers with four initialisations, for sigmoid, tanh and relu.
pub fn initialisation(language: Language) -> Exhibit {
    let text = match language {
        Language::English => &ENGLISH,
        Language::Korean => &KOREAN,
    };
    // Rows give a figure its height, whatever they show.
    let rows = INITIALS.map(|(_, name)| HistogramRow {
        title: name.to_owned(),
        range: [0.0, 1.0],
        panels: Vec::new(),
    });
    let drawing = |(activation, (said, alt)): (Activation, (&str, &str))| Drawing {
        name: format!("initial-{activation}"),
        alt: alt.to_owned(),
        size: figure(activation, rows.to_vec()).size(),
        scene: Arc::new(move || Ok(scene(activation)?)),
        text: said.to_owned(),
    };
    let activations = [Activation::Sigmoid, Activation::Tanh, Activation::Relu];
    Exhibit {
        id: "initialisation".to_owned(),
        title: text.title.to_owned(),
        text: text.paragraphs.map(str::to_owned).to_vec(),
        command: "thalweg train --model mlp:100,100,100,100,100 --activation tanh --init normal:0.01 --out run"
            .to_owned(),
        moving: None,
        drawings: activations.into_iter().zip(text.drawings).map(drawing).collect(),
    }
}

/// Its words are English on every page, as the fonts of figures have no Korean letters.
fn scene(activation: Activation) -> CandleResult<Scene> {
    let row = |(initial, name): (Initial, &str)| {
        let layers = activations(activation, initial)?;
        let range = range(activation, &layers);
        let panels = layers.iter().enumerate().map(|(k, values)| {
            let deviation = thalweg_draw::numbers::rough(deviation(values));
            Histogram::of(format!("layer {}: s = {deviation}", k + 1), values, range, BINS)
        });
        Ok(HistogramRow { title: name.to_owned(), range, panels: panels.collect() })
    };
    let rows = INITIALS.into_iter().map(row).collect::<CandleResult<_>>()?;
    Ok(figure(activation, rows).scene())
}

fn figure(activation: Activation, rows: Vec<HistogramRow>) -> HistogramFigure {
    HistogramFigure { rows, ..HistogramFigure::new(activation.to_string(), "activation") }
}

/// The activations of every layer.
fn activations(activation: Activation, initial: Initial) -> CandleResult<Vec<Vec<f32>>> {
    let weights = Weights::new(SEED);
    let architecture = Architecture::Mlp(Mlp::new([NEURONS; LAYERS]));
    let network = Network { activation, initial, architecture };
    network.build(&weights.builder(), NEURONS, 1)?;
    let mut random = random(SEED, INPUTS);
    let inputs: Vec<f32> =
        (0..SAMPLES * NEURONS).map(|_| StandardNormal.sample(&mut random)).collect();
    let mut x = Tensor::from_vec(inputs, (SAMPLES, NEURONS), &Device::Cpu)?;
    let vars = weights.vars();
    vars.chunks_exact(2)
        .take(LAYERS)
        .map(|layer| {
            x = activation.apply(&linear(&x, &layer[0].1, &layer[1].1)?)?.detach();
            x.flatten_all()?.to_vec1()
        })
        .collect()
}

/// The range that an activation function has, or that the activations of a row have.
fn range(activation: Activation, layers: &[Vec<f32>]) -> [f64; 2] {
    match activation {
        Activation::Sigmoid => [0.0, 1.0],
        Activation::Tanh => [-1.0, 1.0],
        Activation::Relu | Activation::Gelu => {
            let squares = |values: &Vec<f32>| {
                let squares = values.iter().map(|&value| f64::from(value).powi(2));
                (squares.sum::<f64>() / values.len() as f64).sqrt()
            };
            [0.0, SPREAD * layers.iter().map(squares).fold(0.0, f64::max)]
        }
    }
}

fn deviation(values: &[f32]) -> f64 {
    let mean = |of: &dyn Fn(f64) -> f64| {
        values.iter().map(|&value| of(f64::from(value))).sum::<f64>() / values.len() as f64
    };
    let centre = mean(&|value| value);
    mean(&|value| (value - centre).powi(2)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deviations(activation: Activation, initial: Initial) -> Vec<f64> {
        activations(activation, initial).unwrap().iter().map(|values| deviation(values)).collect()
    }

    #[test]
    fn the_captions_say_what_the_activations_do() {
        let (one, hundredth) = (Initial::Normal(1.0), Initial::Normal(0.01));
        let saturated = activations(Activation::Tanh, one).unwrap();
        for layer in &saturated {
            let flat = layer.iter().filter(|value| value.abs() > 0.9).count();
            assert!(flat as f64 > 0.8 * layer.len() as f64);
        }
        let by_ten = deviations(Activation::Tanh, hundredth);
        assert!(by_ten.is_sorted_by(|a, b| (8.0..12.0).contains(&(a / b))), "{by_ten:?}");
        let xavier = deviations(Activation::Tanh, Initial::Xavier);
        assert!(xavier[4] > 0.25 && xavier.is_sorted_by(|a, b| a > b), "{xavier:?}");
        let sevenfold = deviations(Activation::Relu, one);
        assert!(sevenfold.is_sorted_by(|a, b| (5.0..9.0).contains(&(b / a))), "{sevenfold:?}");
        let xavier = deviations(Activation::Relu, Initial::Xavier);
        assert!(xavier[4] < 0.3 * xavier[0], "{xavier:?}");
        let he = deviations(Activation::Relu, Initial::He);
        assert!(he.iter().all(|s| (0.6..1.0).contains(s)), "{he:?}");
        for layer in activations(Activation::Sigmoid, hundredth).unwrap() {
            assert!(layer.iter().all(|value| (value - 0.5).abs() < 0.15));
        }
    }

    #[test]
    fn pictures_have_the_size_that_the_page_is_told() {
        for drawing in initialisation(Language::English).drawings {
            let scene = (drawing.scene)().unwrap();
            assert_eq!((scene.width(), scene.height()), drawing.size, "{}", drawing.name);
        }
    }

    #[test]
    fn each_neuron_of_the_third_sigmoid_layer_says_the_same_of_all_samples() {
        for initial in [Initial::Xavier, Initial::He] {
            let layer = &activations(Activation::Sigmoid, initial).unwrap()[2];
            let neuron = |k: usize| layer.iter().skip(k).step_by(NEURONS).copied();
            let within: f64 =
                (0..NEURONS).map(|k| deviation(&neuron(k).collect::<Vec<f32>>())).sum::<f64>()
                    / NEURONS as f64;
            assert!(within < 0.25 * deviation(layer), "{within} of {}", deviation(layer));
        }
    }
}
