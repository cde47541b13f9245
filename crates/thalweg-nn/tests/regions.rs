//! Decision regions.

use candle_core::{Device, Result, Tensor};
use candle_nn::{Linear, Module, VarBuilder, linear};
use thalweg_draw::plot::Regions;
use thalweg_nn::compare::{Comparison, Task, Training, methods};
use thalweg_nn::data::{Dataset, Kind, Source, Split};
use thalweg_nn::network::Network;
use thalweg_nn::regions;

const TRAINING: Training = Training { epochs: 4, batch: 30, seed: 3 };

fn load(source: &str) -> Dataset {
    Dataset::load(&Source::parse(source).unwrap(), &Split::default()).unwrap()
}

/// A finished comparison, and the final test accuracy of each method.
fn trained(data: &Dataset, specs: &[&str]) -> (Comparison, Vec<f64>) {
    let network: Network = "mlp:12,8".parse().unwrap();
    let (features, classes) = (data.features(), data.classes.len());
    let task = Task::classification(move |vars| network.build(&vars, features, classes));
    let methods = methods(specs).unwrap();
    let mut comparison =
        Comparison::new(&data.train, &data.test, task, &methods, TRAINING).unwrap();
    let mut accuracies = Vec::new();
    while let Some(tick) = comparison.advance().unwrap() {
        if !tick.epochs.is_empty() {
            accuracies = tick.epochs.iter().map(|epoch| epoch.test_accuracy).collect();
        }
    }
    (comparison, accuracies)
}

#[test]
fn each_method_has_a_panel_with_its_label_and_its_accuracy() {
    let data = load("spirals:classes=4,samples=400");
    let (comparison, accuracies) = trained(&data, &["sgd:lr=0.1", "adam:lr=0.02"]);
    let figure = regions::figure("title", &data, &comparison).unwrap().unwrap();
    let titles: Vec<&str> = figure.panels.iter().map(|panel| panel.title.as_str()).collect();
    let expected = ["sgd", "adam"].iter().zip(&accuracies);
    let expected: Vec<String> =
        expected.map(|(label, share)| format!("{label}: {:.2}%", 100.0 * share)).collect();
    assert_eq!(titles, expected);
    assert_ne!(accuracies[0], accuracies[1]);
    assert_eq!(figure.classes, ["class 0", "class 1", "class 2", "class 3"]);
}

#[test]
fn a_panel_holds_what_the_network_says_at_its_points() {
    let data = load("moons:samples=200");
    let (comparison, _) = trained(&data, &["sgd:lr=0.1", "adam:lr=0.02"]);
    let figure = regions::figure("title", &data, &comparison).unwrap().unwrap();
    for (method, panel) in figure.panels.iter().enumerate() {
        let points = Regions::points(figure.domain, panel.columns, panel.rows);
        assert_eq!(panel.scores.len(), 2 * points.len());
        for place in [0, 1, 120, 121, 7000, points.len() - 1] {
            let point = Tensor::new(&[points[place].map(|v| v as f32)], &Device::Cpu).unwrap();
            let scores = comparison.evaluate(method, &point).unwrap().flatten_all().unwrap();
            let scores = scores.to_vec1::<f32>().unwrap();
            for (found, expected) in panel.scores[2 * place..].iter().zip(scores) {
                assert!((found - expected).abs() < 1e-5, "{found} {expected}");
            }
        }
    }
}

/// Class 1 where x > y, with scores so large that training hardly changes them.
struct Diagonal(Linear);

impl Module for Diagonal {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let learnt = (self.0.forward(x)? * 1e-6)?;
        let lead = ((x.narrow(1, 0, 1)? - x.narrow(1, 1, 1)?)? * 50.0)?;
        learnt + Tensor::cat(&[&lead.zeros_like()?, &lead], 1)?
    }
}

#[test]
fn a_known_network_is_drawn_as_it_is() {
    let data = load("blobs:classes=2,samples=100");
    let task = Task::classification(|vars: VarBuilder| Ok(Diagonal(linear(2, 2, vars)?)));
    let methods = methods(&["sgd"]).unwrap();
    let comparison = Comparison::new(&data.train, &data.test, task, &methods, TRAINING).unwrap();
    let figure = regions::figure("diagonal", &data, &comparison).unwrap().unwrap();
    let picture = figure.scene().raster(1.0).unwrap();
    let pixel = |point: [f64; 2]| {
        let [x, y] = figure.to_pixel(0, point).map(|v| v as usize);
        let at = 4 * (y * picture.width as usize + x);
        [picture.rgba[at], picture.rgba[at + 2]]
    };
    let ([x0, x1], [y0, y1]) = (figure.domain.x, figure.domain.y);
    // The corners have no samples: vermilion has more red, blue more blue.
    let [red, blue] = pixel([x0 + 0.02, y1 - 0.02]);
    assert!(red > blue, "{red} {blue}");
    let [red, blue] = pixel([x1 - 0.02, y0 + 0.02]);
    assert!(red < blue, "{red} {blue}");
}

#[test]
fn samples_of_both_parts_lie_within_the_picture() {
    let data = load("blobs:samples=200");
    let (comparison, _) = trained(&data, &["adam"]);
    let figure = regions::figure("title", &data, &comparison).unwrap().unwrap();
    let held_out = figure.samples.iter().filter(|sample| sample.held_out).count();
    assert_eq!((figure.samples.len(), held_out), (200, data.test.len()));
    assert!(figure.samples.iter().all(|sample| figure.domain.contains(sample.at)));
    let truths = data.train.labels().unwrap();
    for (number, sample) in figure.samples[..data.train.len()].iter().enumerate() {
        let row = data.train.row(number).unwrap();
        assert_eq!(sample.at, [row[0], row[1]].map(f64::from));
        assert_eq!(sample.class, truths[number] as usize);
    }
}

#[test]
fn of_many_samples_some_are_drawn_and_all_are_counted() {
    let data = load("moons:samples=5000");
    let (comparison, accuracies) = trained(&data, &["sgd:lr=0.05"]);
    let figure = regions::figure("title", &data, &comparison).unwrap().unwrap();
    assert!((500..1000).contains(&figure.samples.len()));
    assert_eq!(figure.panels[0].title, format!("sgd: {:.2}%", 100.0 * accuracies[0]));
}

#[test]
fn a_method_that_diverged_says_so() {
    let data = load("moons:samples=100");
    let (comparison, _) = trained(&data, &["sgd:lr=1e30", "adam"]);
    let step = comparison.diverged_at(0).expect("diverged");
    let figure = regions::figure("title", &data, &comparison).unwrap().unwrap();
    assert!(figure.panels[0].title.ends_with(&format!(": diverged in step {step}")));
    assert!(figure.panels[1].title.ends_with('%'));
    assert!(figure.scene().png(1.0).is_ok());
}

#[test]
fn only_points_of_the_plane_have_regions() {
    let digits = load("digits");
    let (comparison, _) = trained(&digits, &["adam"]);
    assert_eq!(regions::figure("title", &digits, &comparison).unwrap(), None);
    let claimed = Dataset { kind: Kind::Plane, ..digits };
    assert_eq!(regions::figure("title", &claimed, &comparison).unwrap(), None);
}

#[test]
fn a_network_for_other_data_is_an_error() {
    let (digits, moons) = (load("digits"), load("moons:samples=60"));
    let (comparison, _) = trained(&digits, &["adam"]);
    assert!(regions::figure("title", &moons, &comparison).is_err());
}

#[test]
fn points_on_a_line_have_room_beside_them() {
    let mut data = load("moons:samples=60");
    let flat = Tensor::new(&[1f32, 0.0], &Device::Cpu).unwrap();
    data.train.inputs = data.train.inputs.broadcast_mul(&flat).unwrap();
    data.test.inputs = data.test.inputs.broadcast_mul(&flat).unwrap();
    let (comparison, _) = trained(&data, &["adam"]);
    let figure = regions::figure("title", &data, &comparison).unwrap().unwrap();
    assert_eq!(figure.domain.y, [-0.5, 0.5]);
    assert!(figure.scene().png(1.0).is_ok());
}

#[test]
fn the_drawing_is_the_same_bytes_in_every_run() {
    let draw = || {
        let data = load("spirals:samples=150");
        let (comparison, _) = trained(&data, &["sgd:lr=0.1", "momentum", "adam"]);
        let scene = regions::figure("title", &data, &comparison).unwrap().unwrap().scene();
        (scene.svg(), scene.png(1.0).unwrap())
    };
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let once = pool(1).install(draw);
    assert!(once == pool(3).install(draw));
    assert!(once == draw());
}
