//! A trained network for the gallery: six methods on handwritten digits, and the surface they
//! went down.

use std::error::Error;
use std::sync::{Arc, LazyLock};

use thalweg_lab::gallery::{Drawing, Exhibit};

use crate::compare::{Comparison, Task, Training, methods, products_on_one_thread};
use crate::data::{Dataset, Source, Split};
use crate::landscape::{Directions, FILM_SIZE, Landscape, Trajectory};
use crate::network::Network;
use crate::record::mean_losses;
use crate::report::{MethodResult, accuracy_chart, loss_chart};
use crate::session::SIX;

type Failure = Box<dyn Error + Send + Sync>;

const NETWORK: &str = "mlp:100,100";
const TRAINING: Training = Training { epochs: 20, batch: 128, seed: 0 };
/// Steps between two points of a path.
const STRIDE: u64 = 4;
/// Points along a side of the surface.
const RESOLUTION: usize = 41;
const TITLE: &str = "mlp:100,100 on digits";

/// The six methods of the article on the digits that the program carries, with the loss landscape
/// of the network; it is trained when the gallery is written, in about two seconds, and not at all
/// if none of its files is asked for.
pub fn network() -> Exhibit {
    let trained: Arc<LazyLock<Result<Trained, String>>> = Arc::new(LazyLock::new(train));
    let with = |make: fn(&Trained) -> thalweg_draw::plot::Scene| {
        let trained = Arc::clone(&trained);
        Arc::new(move || Ok(make(trained.as_ref().as_ref().map_err(|e| Failure::from(e.clone()))?)))
    };
    let film = Arc::clone(&trained);
    Exhibit {
        id: "network".to_owned(),
        title: "A real network".to_owned(),
        text: vec![
            "Here the function is the loss of a network with 17,610 weights that learns to read handwritten digits, and \
             the methods are the same code as above. All begin with the same weights and see the same samples in the \
             same order."
                .to_owned(),
            "A surface over 17,610 weights cannot be drawn; a plane through it can. This one holds the two directions in \
             which the six paths differ most. Colour and lines are the loss at the plane's weights, the paths are \
             projected onto it, so that the loss along a path is not exactly the one below it: the methods also move in \
             directions that the plane does not have."
                .to_owned(),
        ],
        command: "thalweg train --data digits --model mlp:100,100 --landscape --out run".to_owned(),
        picture: Drawing {
            name: "network".to_owned(),
            alt: "Paths of six optimizers over the loss of a network that reads digits".to_owned(),
            size: (1200, 1050),
            scene: with(|it| it.landscape.scene()),
        },
        film: Arc::new(move || {
            let trained = film.as_ref().as_ref().map_err(|error| Failure::from(error.clone()))?;
            Ok(trained.landscape.film()?)
        }),
        film_size: FILM_SIZE,
        drawings: vec![
            Drawing {
                name: "network-loss".to_owned(),
                alt: "The training loss of six optimizers against the step".to_owned(),
                size: (1200, 800),
                scene: with(|it| loss_chart(TITLE, &it.results).scene()),
            },
            Drawing {
                name: "network-accuracy".to_owned(),
                alt: "The share of test digits that are read right against the epoch".to_owned(),
                size: (1200, 800),
                scene: with(|it| accuracy_chart(TITLE, &it.results).scene()),
            },
        ],
    }
}

/// On threads of its own: the gallery's could all wait here for what they themselves should do.
fn train() -> Result<Trained, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    products_on_one_thread();
    let begun = std::thread::Builder::new().spawn(move || {
        let pool = rayon::ThreadPoolBuilder::new().build().map_err(|error| text(&error))?;
        pool.install(Trained::new).map_err(|error| text(&error))
    });
    let thread = begun.map_err(|error| text(&error))?;
    thread.join().unwrap_or_else(|_| Err("the training of the network ended early".to_owned()))
}

struct Trained {
    results: Vec<MethodResult>,
    landscape: Landscape,
}

impl Trained {
    fn new() -> Result<Self, Failure> {
        let data = Dataset::load(&Source::Digits, &Split::default())?;
        let (network, classes): (Network, usize) = (NETWORK.parse()?, data.classes.len());
        let features = data.features();
        let task = Task::classification(move |vars| network.build(&vars, features, classes));
        let mut comparison =
            Comparison::new(&data.train, &data.test, task, &methods(&SIX)?, TRAINING)?;
        let labels: Vec<String> = comparison.labels().map(str::to_owned).collect();
        let mut results: Vec<MethodResult> = labels
            .iter()
            .map(|label| MethodResult { label: label.clone(), ..MethodResult::default() })
            .collect();
        let mut paths: Vec<Trajectory> = labels
            .iter()
            .enumerate()
            .map(|(style, label)| Trajectory {
                label: label.clone(),
                style,
                ..Trajectory::default()
            })
            .collect();
        record(&comparison, &mut paths)?;
        while let Some(tick) = comparison.advance()? {
            let place = |label: &str| labels.iter().position(|known| known == label);
            for record in tick.steps {
                if let Some(method) = place(&record.method) {
                    results[method].steps.push(record);
                }
            }
            for record in tick.epochs {
                if let Some(method) = place(&record.method) {
                    results[method].epochs.push(record);
                }
            }
            if tick.step.is_multiple_of(STRIDE) {
                record(&comparison, &mut paths)?;
            }
        }
        for (path, result) in paths.iter_mut().zip(&results) {
            path.losses = mean_losses(&result.steps, &path.steps);
        }
        let loss = comparison.loss_at(&data.train)?;
        let landscape =
            Landscape::new(TITLE, &paths, Directions::Principal, RESOLUTION, &loss, &|_, _| ())?;
        Ok(Self { results, landscape })
    }
}

fn record(comparison: &Comparison, paths: &mut [Trajectory]) -> Result<(), Failure> {
    for (method, path) in paths.iter_mut().enumerate() {
        path.steps.push(comparison.step());
        path.points.push(comparison.weights(method).flat()?);
    }
    Ok(())
}
