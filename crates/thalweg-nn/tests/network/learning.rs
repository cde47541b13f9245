//! Convolutional networks learn the digits.

use thalweg_nn::compare::{Comparison, Task, Training, methods};
use thalweg_nn::data::{Dataset, Source, Split};
use thalweg_nn::network::Network;

#[test]
fn a_convolutional_network_classifies_97_percent_of_the_test_digits() {
    let data = Dataset::load(&Source::Digits, &Split::default()).unwrap();
    let network: Network = "cnn:8,16,kernel=3,norm=batch,dropout=0.2".parse().unwrap();
    let (sample, classes) = (data.shape(), data.classes.len());
    let task = Task::classification(move |vars| network.build(&vars, sample, classes));
    let training = Training { epochs: 8, batch: 32, seed: 0 };
    let methods = methods(&["adam:lr=0.005"]).unwrap();
    let mut comparison =
        Comparison::new(&data.train, &data.test, task, &methods, training).unwrap();
    while comparison.advance().unwrap().is_some() {}
    let [_, test] = comparison.scores().unwrap()[0];
    assert!(test.accuracy >= 0.97, "{test:?}");
}
