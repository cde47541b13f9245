//! A trained network for the gallery: six methods on handwritten digits, and their paths over the
//! loss surface.

use std::error::Error;
use std::sync::{Arc, LazyLock};

use thalweg_lab::gallery::{Drawing, Exhibit, Language, Moving};

use crate::compare::{Comparison, DEFAULT_SUITE, Task, Training, methods, products_on_one_thread};
use crate::data::{Dataset, Source, Split};
use crate::history::{self, Snapshot};
use crate::landscape::{Directions, Landscape, VIDEO_SIZE};
use crate::network::Network;
use crate::record::Record;
use crate::report::{MethodResult, accuracy_chart, loss_chart};

type Failure = Box<dyn Error + Send + Sync>;

const NETWORK: &str = "mlp:100,100";
const TRAINING: Training = Training { epochs: 20, batch: 128, seed: 0 };
/// Steps between two snapshots of the weights.
const STRIDE: u64 = 4;
/// Points along a side of the surface.
const RESOLUTION: usize = 41;
const TITLE: &str = "mlp:100,100 on digits";

/// What the section says, in one language.
struct Text {
    title: &'static str,
    paragraphs: [&'static str; 2],
    /// Alternative texts of the picture, the loss and the accuracy.
    alts: [&'static str; 3],
}

const ENGLISH: Text = Text {
    title: "A real network",
    paragraphs: [
        "Here the function is the loss of a network with 17,610 weights that learns to read handwritten digits, and the \
         methods are the same code as above. All start from the same weights and see the same samples in the same order.",
        "A surface over 17,610 weights cannot be drawn, but a plane through it can. This plane is spanned by the two \
         directions in which the six paths vary most. Colours and contour lines show the loss at the weights of the plane. \
         The paths are projected onto it, so that the loss along a path differs from that of the plane below it: the methods \
         also move in directions outside the plane.",
    ],
    alts: [
        "Paths of six optimizers over the loss of a network that reads digits",
        "The training loss of six optimizers against the step",
        "The share of test digits classified correctly against the epoch",
    ],
};

const KOREAN: Text = Text {
    title: "실제 신경망",
    paragraphs: [
        "여기서 함수는 손글씨 숫자를 읽도록 학습하는, 가중치가 17,610개인 신경망의 손실 함수이고, 방법들은 위와 똑같은 코드다. 모두 같은 가중치에서 출발하고 \
         같은 데이터를 같은 순서로 본다.",
        "17,610개의 가중치 위에 놓인 곡면은 그릴 수 없지만, 그것을 지나는 평면은 그릴 수 있다. 이 평면은 여섯 경로가 가장 크게 달라지는 두 방향으로 \
         이루어진다. 색과 등고선은 평면 위의 가중치에서 구한 손실이다. 경로는 이 평면에 투영한 것이므로 경로를 따라 잰 손실은 그 아래 평면의 손실과 다르다. \
         방법들은 평면 밖의 방향으로도 움직이기 때문이다.",
    ],
    alts: [
        "숫자를 읽는 신경망의 손실 위에 그린 여섯 방법의 경로",
        "스텝에 따른 여섯 방법의 학습 손실",
        "에폭에 따른, 바르게 분류한 테스트 숫자의 비율",
    ],
};

/// Six methods on the bundled digits, with the loss landscape of the network. It
/// is trained when the first of its files is written, in about two seconds; if none of them is
/// requested, it is not trained at all.
pub fn network(language: Language) -> Exhibit {
    let text = match language {
        Language::English => ENGLISH,
        Language::Korean => KOREAN,
    };
    let [picture_alt, loss_alt, accuracy_alt] = text.alts.map(str::to_owned);
    let trained: Arc<LazyLock<Result<Trained, String>>> = Arc::new(LazyLock::new(train));
    let with = |make: fn(&Trained) -> thalweg_draw::plot::Scene| {
        let trained = Arc::clone(&trained);
        Arc::new(move || Ok(make(trained.as_ref().as_ref().map_err(|e| Failure::from(e.clone()))?)))
    };
    let video = Arc::clone(&trained);
    Exhibit {
        id: "network".to_owned(),
        title: text.title.to_owned(),
        text: text.paragraphs.map(str::to_owned).to_vec(),
        command: "thalweg train --data digits --model mlp:100,100 --landscape --out run".to_owned(),
        moving: Some(Moving {
            picture: Drawing {
                name: "network".to_owned(),
                alt: picture_alt,
                size: (1200, 1050),
                scene: with(|it| it.landscape.scene()),
                text: String::new(),
            },
            video: Arc::new(move || {
                let trained = video.as_ref().as_ref();
                let trained = trained.map_err(|error| Failure::from(error.clone()))?;
                Ok(trained.landscape.video()?)
            }),
            video_size: VIDEO_SIZE,
        }),
        drawings: vec![
            Drawing {
                name: "network-loss".to_owned(),
                alt: loss_alt,
                size: (1200, 800),
                scene: with(|it| loss_chart(TITLE, &it.results).scene()),
                text: String::new(),
            },
            Drawing {
                name: "network-accuracy".to_owned(),
                alt: accuracy_alt,
                size: (1200, 800),
                scene: with(|it| accuracy_chart(TITLE, &it.results).scene()),
                text: String::new(),
            },
        ],
    }
}

/// Trains on a thread pool of its own: the threads of the gallery's pool may all be waiting for the result.
fn train() -> Result<Trained, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    products_on_one_thread();
    let spawned = std::thread::Builder::new().spawn(move || {
        let pool = rayon::ThreadPoolBuilder::new().build().map_err(|error| text(&error))?;
        pool.install(Trained::new).map_err(|error| text(&error))
    });
    let thread = spawned.map_err(|error| text(&error))?;
    thread.join().unwrap_or_else(|_| Err("the training thread of the network panicked".to_owned()))
}

struct Trained {
    results: Vec<MethodResult>,
    landscape: Landscape,
}

impl Trained {
    fn new() -> Result<Self, Failure> {
        let data = Dataset::load(&Source::Digits, &Split::default())?;
        let (network, classes): (Network, usize) = (NETWORK.parse()?, data.classes.len());
        let sample = data.shape();
        let task = Task::classification(move |vars| network.build(&vars, sample, classes));
        let mut comparison =
            Comparison::new(&data.train, &data.test, task, &methods(&DEFAULT_SUITE)?, TRAINING)?;
        let (mut records, mut snapshots) = (Vec::new(), vec![Snapshot::of(&comparison)?]);
        while let Some(tick) = comparison.advance()? {
            records.extend(tick.steps.into_iter().map(Record::Step));
            records.extend(tick.epochs.into_iter().map(Record::Epoch));
            if tick.step.is_multiple_of(STRIDE) {
                snapshots.push(Snapshot::of(&comparison)?);
            }
        }
        let results = history::results(&comparison, records);
        let paths = history::paths(snapshots, &results);
        let loss = comparison.loss_at(&data.train)?;
        let landscape =
            Landscape::new(TITLE, &paths, Directions::Principal, RESOLUTION, &loss, &|_, _| ())?;
        Ok(Self { results, landscape })
    }
}
