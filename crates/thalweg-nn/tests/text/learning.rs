//! What a transformer learns of a text.

use thalweg_nn::compare::{Comparison, Task, Training, methods};
use thalweg_nn::data::{Dataset, Source, Split};
use thalweg_nn::network::Network;

use super::source;

fn comparison(specs: &[&str], sentences: usize, epochs: u64) -> Comparison {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::parse(&source(folder.path(), sentences)).unwrap();
    let data = Dataset::load(&source, &Split::default()).unwrap();
    let network: Network = "gpt:layers=1,width=32,heads=2".parse().unwrap();
    let (sample, classes) = (data.shape(), data.classes.len());
    let task = Task::classification(move |vars| network.build(&vars, sample, classes));
    let training = Training { epochs, batch: 16, seed: 0 };
    Comparison::new(&data.train, &data.test, task, &methods(specs).unwrap(), training).unwrap()
}

/// Guesses cost ln 21 = 3.0 nats. The words of a sentence, which nobody can know, are 2·ln 2 + 4·ln 4 = 6.9 nats
/// in 29 characters: 0.24 for each.
#[test]
fn a_grammar_is_learnt() {
    let mut comparison = comparison(&["adamw:lr=0.01"], 400, 6);
    let mut last = None;
    while let Some(tick) = comparison.advance().unwrap() {
        last = tick.epochs.into_iter().next().or(last);
    }
    let last = last.unwrap();
    assert!(last.test_loss < 0.6 && last.test_loss > 0.2, "{last:?}");
    assert!(last.test_accuracy > 0.75, "{last:?}");
    // A target is a character.
    let samples = comparison.timing(0).samples;
    assert_eq!(samples % 32, 0);
    assert!(samples > 6 * 300 * 29, "{samples}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let train = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut comparison = comparison(&["adamw:lr=0.01", "sgd:lr=0.1"], 60, 1);
            let mut ticks = Vec::new();
            while let Some(tick) = comparison.advance().unwrap() {
                ticks.push(tick);
            }
            (ticks, comparison.weights(0).flat().unwrap(), comparison.weights(1).flat().unwrap())
        })
    };
    let (one, three) = (train(1), train(3));
    assert!(one == three);
}
