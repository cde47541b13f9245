//! A steady run of steps allocates nothing, whatever is asked for but reports by parameter and
//! schedules.

#[path = "it/common.rs"]
mod common;

use common::{Number, STORES, builder, specs};
use rayon::{ThreadPool, ThreadPoolBuilder};
use thalweg::{
    Accumulator, Builder, Clip, Element, Measure, NonFinite, Optimizer, Parameter, Rows, Simd,
    Spec, bf16,
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// A way to set up an optimizer.
type Way = fn(Builder<f32, Spec>) -> Builder<f32, Spec>;

/// Many small tensors and one that several threads share.
const TENSORS: usize = 1000;
const SMALL: usize = 100;
const LARGE: usize = 70_003;

/// Blocks of memory that all threads take in ten steps, after others.
fn blocks_of_ten_steps<T: Number + Element<f32>>(
    pool: &ThreadPool,
    builder: Builder<f32, Spec>,
) -> u64 {
    let mut optimizer = builder.build().unwrap();
    let names: Vec<String> = (0..TENSORS + 1).map(|k| format!("w{k}")).collect();
    let mut w = common::start::<T>(TENSORS * SMALL + LARGE);
    let g = common::gradient::<T>(w.len(), 1);
    let mut step = |optimizer: &mut Optimizer<f32>| {
        let (small, large) = w.split_at_mut(TENSORS * SMALL);
        let (g_small, g_large) = g.split_at(TENSORS * SMALL);
        let parameters = small.chunks_mut(SMALL).zip(g_small.chunks(SMALL));
        let parameters = parameters.chain([(large, g_large)]).zip(&names);
        optimizer.step_with_loss(1.5, parameters.map(|((w, g), name)| (name, w, g))).unwrap();
    };
    // Inside the pool: from outside rayon hands over its jobs through a list that grows.
    pool.install(|| {
        (0..3).for_each(|_| step(&mut optimizer));
        let mut ten_steps = || {
            let before = dhat::HeapStats::get().total_blocks;
            (0..10).for_each(|_| step(&mut optimizer));
            dhat::HeapStats::get().total_blocks - before
        };
        // A thread of the pool sets itself up when it first takes over work, whenever that is;
        // what a step allocates, every step does.
        let mut fewest = ten_steps();
        for _ in 0..5 {
            if fewest > 0 {
                fewest = fewest.min(ten_steps());
            }
        }
        fewest
    })
}

/// One test, for what is counted is the whole process's.
#[test]
fn a_steady_step_allocates_nothing() {
    let _profiler = dhat::Profiler::builder().testing().build();
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for spec in specs() {
            let blocks =
                blocks_of_ten_steps::<f32>(&pool, builder(spec, STORES[0], Simd::widest()));
            assert_eq!(blocks, 0, "{spec} on {threads} threads");
        }
        let ways: [Way; 6] = [
            |builder| builder.clip(Clip::GlobalNorm(1.0)),
            |builder| builder.clip(Clip::Norm(1.0)).average(0.9),
            |builder| builder.clip(Clip::Value(0.1)).measure(Measure::Norms),
            |builder| builder.non_finite(NonFinite::Propagate).large_pages(true),
            |builder| builder.loss_scale(8.0).group("w1*: weight_decay=0".parse().unwrap()),
            |builder| builder.group("w1*: frozen".parse().unwrap()),
        ];
        for (i, way) in ways.into_iter().enumerate() {
            for store in STORES {
                let builder = || way(builder("adamw", store, Simd::widest()));
                let found = (
                    blocks_of_ten_steps::<f32>(&pool, builder()),
                    blocks_of_ten_steps::<bf16>(&pool, builder()),
                );
                assert_eq!(found, (0, 0), "way {i}, {store:?} on {threads} threads");
            }
        }
        accumulation(&pool);
        sparse(&pool);
    }
    // What counts would notice.
    let before = dhat::HeapStats::get().total_blocks;
    drop(std::hint::black_box(vec![1]));
    // The test's own threads may allocate meanwhile.
    assert!(dhat::HeapStats::get().total_blocks > before);
}

/// Sparse gradients, in ascending order and to be coalesced, of more elements than one thread steps.
fn sparse(pool: &ThreadPool) {
    let (width, table) = (32, 5000);
    let ascending: Vec<u32> = (0..2500).map(|k| 2 * k).collect();
    let unordered: Vec<u32> = (0..2500).map(|k| k * 1117 % 2003).collect();
    for store in STORES {
        let mut optimizer = builder::<f32>("adamw", store, Simd::widest())
            .clip(Clip::GlobalNorm(1.0))
            .measure(Measure::Norms)
            .build()
            .unwrap();
        let (mut a, mut b) = (vec![bf16::ZERO; table * width], vec![bf16::ZERO; table * width]);
        let g = common::gradient::<bf16>(2500 * width, 1);
        pool.install(|| {
            let mut ten_steps = || {
                let before = dhat::HeapStats::get().total_blocks;
                for _ in 0..10 {
                    let rows = [(&mut a, &ascending), (&mut b, &unordered)];
                    let parameters = ["a", "b"].into_iter().zip(rows);
                    optimizer
                        .step(parameters.map(|(name, (w, indices))| {
                            Parameter::from((name, w, &g)).with_rows(Rows { width, indices })
                        }))
                        .unwrap();
                }
                dhat::HeapStats::get().total_blocks - before
            };
            let fewest = (0..6).map(|_| ten_steps()).min();
            assert_eq!(fewest, Some(0), "{store:?} on {} threads", pool.current_num_threads());
        });
    }
}

/// Sums are kept from one round to the next; only lists of names are made anew.
fn accumulation(pool: &ThreadPool) {
    let mut optimizer = Optimizer::<f32>::from_spec("adam").unwrap();
    let mut accumulator = Accumulator::<f32>::new();
    let (mut w, g) = (vec![0.0_f32; LARGE], vec![0.5_f32; LARGE]);
    pool.install(|| {
        let mut round = || {
            accumulator.add([("w", &g)]).unwrap();
            accumulator.step(&mut optimizer, [("w", &mut w)]).unwrap();
        };
        (0..3).for_each(|_| round());
        let before = dhat::HeapStats::get().total_bytes;
        (0..10).for_each(|_| round());
        let bytes = dhat::HeapStats::get().total_bytes - before;
        assert!(bytes < 10 * 1024, "{bytes} bytes in ten rounds of {} bytes", 4 * LARGE);
    });
}
