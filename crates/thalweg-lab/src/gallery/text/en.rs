//! The gallery in English.

use super::{RunText, Text};

pub(super) const TEXT: Text = Text {
    meanings: &[],
    page_title: "thalweg: how optimizers descend",
    heading: "How optimizers descend",
    lead: "Training a network is walking downhill on a surface nobody can see. Here is one that everybody can see, and the \
           methods that walk on it: what each does with the same gradient, step by step, computed by the same code that trains \
           networks.",
    tutorial_lead: "The chapter follows a tutorial, {tutorial}: it makes its runs again, and shows what a slip in its formulas does.",
    tutorial: "“NUMPY with NN”, part 5 (Soo, 2018, in Korean)",
    nav_symbols: "Symbols",
    nav_ravine: "The ravine",
    nav_six: "Six runs",
    nav_averages: "RMSProp and AdaDelta",
    nav_bias: "Bias correction",
    nav_snr: "Signal to noise",
    nav_noise: "Noise",
    nav_maps: "Maps",
    nav_race: "The race",
    nav_playground: "Playground",
    nav_table: "All numbers",

    symbols_title: "Symbols",
    symbols_lead: "Every formula is for a single element: arrays are multiplied, divided and squared element by element. State (m, v, h, …) \
                   is 0 before the first step.",
    symbol: "symbol",
    meaning: "meaning",
    symbol_w: "a parameter: here the point (x, y), in a network all of its weights",
    symbol_g: "the gradient of the loss at W",
    symbol_eta: "the learning rate, in code `lr`",
    symbol_t: "the step, from 1",
    symbol_arrow: "the new value on the left comes from the old ones on the right",
    symbol_square: "g·g, element by element (often g ⊙ g)",
    symbol_v_momentum: "the velocity of Momentum",
    symbol_m: "a moving average of g (first moment)",
    symbol_v: "a moving average of g² (second moment); G in the tutorial’s formulas",
    symbol_hat: "m and v without the bias of their start at 0",
    symbol_h: "the sum of all g² so far",
    symbol_delta: "the step of AdaDelta",
    symbol_s: "a moving average of the squares of these steps",
    symbol_gamma: "share of the velocity that is kept (Momentum)",
    symbol_alpha: "share of v that is kept (RMSProp)",
    symbol_rho: "share of both averages that is kept (AdaDelta)",
    symbol_beta: "shares of m and of v that are kept (Adam)",
    symbol_eps: "small numbers against division by 0, outside and inside the root",
    symbol_lambda: "weight decay",
    symbol_e: "an expectation",

    code_lead: "The same step as code, made from the formula:",
    numpy: "NumPy",
    rust: "Rust",
    hyperparameters: "Hyperparameters",
    name: "name",
    value: "value",
    default: "default",
    exercise: "Exercise.",
    try_it: "Try it in the playground",
    answer: "Answer",

    steps: "{steps} steps",
    data: "data",
    data_of: "data: ",
    video_caption: "Video: ten frames a second, {frames}",
    frame_each: "one frame a step",
    frame_every: "a frame every {stride} steps",
    video_only: "the video",
    play: "Play",
    pause: "Pause",
    step: "Step of the video",
    step_of: "step {step}",

    ravine_title: "The ravine",
    ravine_text: "A valley whose sides are twenty times as steep as its floor. The gradient points across it almost everywhere, \
                  though the minimum lies along it: a step that suits one direction is far too long or too short for the other. \
                  Every run starts at (−7, 2); the minimum is at (0, 0).",
    ravine_alt: "Contours of x²/20 + y²: long flat ellipses around (0, 0), with the start at (−7, 2)",
    six_title: "Six runs of thirty steps",
    six_text: "A dot is a step. In the formulas g is the gradient and η the learning rate `lr`.",

    averages_title: "RMSProp and AdaDelta, and a slip of the pen",
    averages_text: "Both replace Adagrad's sum by a moving average, so that old gradients are forgotten and steps need not shrink for \
                    ever.",
    averages_tutorial: "Their authors, Tieleman and Hinton and Zeiler, print them right. The slip is the tutorial's, {tutorial}: with `+=` on a \
                        line that already holds γG, the average is added to itself, G ← (1 + γ)G + (1 − γ)g². It then grows 1.9 times a step, \
                        and the method stalls. “As printed” means: as the tutorial prints it.",
    accumulators_alt: "Mean square of the gradient of y against the step: RMSProp's falls, the printed one doubles every step",
    until_overflow: " until G overflows at step {step},",

    bias_title: "Why Adam corrects its start",
    bias_text: "m and v start at 0 and their averages are slow, so the first estimates are too small: the expectation of v is that of g² \
                times 1 − β₂ᵗ. Dividing by that factor undoes it; v is the slower of the two, so without the correction the denominator \
                is far too small: the first step is 3.16 times too long, and the next are longer still.",
    bias_folded: "Both corrections can be folded into the step. The ε of that form is not scaled by √(1 − β₂ᵗ), and the two differ by \
                  exactly that: here by less than a line's width, so their paths lie on each other.",
    bias_heading: "Full, folded and no correction",
    bias_alt: "Adam with full, folded and no bias correction",
    bias_steps_alt: "Effective step of x against the step: without correction it starts at 3.16 and rises to 5.1 before it falls; with \
                     it, it starts at 1 and falls",
    bias_panels_alt: "Adam's paths with full, folded and no bias correction, one panel each",

    snr_title: "Signal to noise",
    snr_text: "The ratio is 1 while all gradients are alike. It falls as they shrink, because v still remembers the large ones, and is 0 \
               where m changes its sign. As it is the step in units of the learning rate, Adam slows down by itself near a minimum.",
    snr_heading: "The ratio on the ravine",
    snr_alt: "Signal-to-noise ratio of x and y against the step: 1 at first, then smaller and smaller waves",
    sparse_title: "But not where gradients are sparse",
    sparse_facts: "0 to 4000 zero gradients, then 1",
    sparse_text: "The ratio is said to stay below 1. It does not when a gradient appears after many zeros: m takes a tenth of it, √v only \
                  a thirty-second part, and the weight jumps by 3.16 learning rates. Measured after {zeros} zeros: {jump}; the limit is \
                  {limit}.",
    sparse_alt: "Length of Adam's jump against the number of zero gradients before it: measured and predicted, tending to 3.16",

    noise_title: "What noise does",
    noise_text: "So far every gradient was exact. A network's comes from a few samples, a different batch each step: it is the true gradient \
                 plus noise. On the ravine that is a random number, as large for x as for y, added to each component. A run with a constant \
                 rate then does not come to rest: it settles into a cloud around the minimum, whose width is a balance between the noise of \
                 each step and the pull of the valley.",
    noise_sgd: "SGD: the cloud is as wide as the root of η σ²/(λ(2 − ηλ)), where σ is the size of the noise and λ the curvature: 0.1 for x, 2 for \
                y. A smaller rate gives a narrower cloud and a slower way to it, which is why schedules lower the rate at the end.",
    noise_momentum: "Momentum averages the last ten gradients, but its steps add up to ten times the length. Its cloud is about as wide as \
                     that of SGD at ten times the rate: momentum is no filter against noise.",
    noise_adam: "Adam divides by √v̂, which near the minimum consists of noise alone. Twice the noise makes SGD's cloud twice as wide, but \
                 Adam's only about 1.4 times: there the rate, not the size of the noise, sets the step.",
    noise_runs: "Three methods, the same noise",
    noise_alt: "SGD, Momentum and Adam with noisy gradients: three clouds around the minimum, Momentum’s the widest",
    noise_values_alt: "The value of f against the step with noisy gradients: it falls, then stays at a height that each method has",
    noise_question: "At which rate is SGD's cloud ten times as narrow in x as at 0.9, and how many steps does it then take to arrive?",
    noise_answer: "For a small ηλ the width grows as the root of η, so that it takes a rate of about 0.009, a hundredth. x then shrinks by 0.0009 a \
                   step: from 7 to 0.1 in about 4700 steps. Starting with a large rate and lowering it gives both.",

    maps_title: "Maps: every setting at once",
    maps_text: "A path shows one setting; a map shows them all. Each cell is a run of its own, and its colour is the value that the run ends \
                at: the darker, the closer to the minimum. The ring is at the lowest cell; a run that ends higher than it began is grey.",
    map_momentum_text: "Momentum: to the left runs creep, to the right they climb, and the line between is where theory has it: at the rate \
                        1 + β, as y has the curvature 2. The ridge that falls from the upper left is where x is about to swing. The two meet \
                        near η = 1.34 and β = 0.4, which Polyak (1964) found to be the fastest on this function: both directions then \
                        shrink alike. No single path shows that.",
    map_adam_text: "Adam: it has no such cliff, as its step is limited by the rate. A rate that is too large makes it circle, and where β₁ is \
                    small a hair's breadth decides whether it arrives.",
    map_momentum_alt: "Value after 60 steps of Momentum on the ravine, over learning rate and momentum: a dark wedge beside the limit of theory",
    map_adam_alt: "Value after 60 steps of Adam on the ravine, over learning rate and β₁: a dark region in the middle, folds at its right",
    map_question: "The limit of the rate grows with momentum: read it off the map at β = 0 and at β = 0.9. Why does it grow?",
    map_answer: "It grows from 1 to 1.9. Along a direction of curvature λ, W after a step is (1 + β − ηλ)W − βW₋, where W₋ is the one before. \
                 The fastest swing changes the sign of W each step and keeps its size where ηλ = 2(1 + β). Momentum adds up steps of one \
                 direction, but steps that alternate cancel, so that they may be longer.",
    basins_title: "Which minimum?",
    basins_text: "Himmelblau's function has four minima of the same depth. Here each cell is a start, its hue the minimum reached and its \
                  lightness how close the run came. With small steps SGD rolls into its own valley. Momentum swings across ridges: beside \
                  their borders, starts a hand's breadth apart end far from each other.",
    basins_sgd_alt: "The minimum that SGD reaches from each start on Himmelblau's function: four regions with smooth borders",
    basins_momentum_alt: "The same for Momentum: large regions whose borders are folded into each other",

    race_title: "The race",
    race_text: "All optimizers from one start, each at a rate that suits it for these sixty steps; AdaDelta with ε = 0.01, as with its own \
                10⁻⁶ it would hardly have left. The ranking is this function's, not a verdict: its gradients have no noise, and a valley \
                along an axis suits methods that have a rate for each coordinate.",
    race_heading: "Sixty steps",
    race_adamw: "AdamW, which stands nowhere else on this page, is Adam whose weights also shrink by themselves:",
    race_alt: "All optimizers from (−7, 2) in one landscape",
    race_panels_alt: "The paths of all optimizers, one panel each",
    race_values_alt: "The value of f against the step for all optimizers, on a logarithmic axis",
    race_question: "A weight of AdamW gets gradients of 0 from now on. After how many steps has it halved, at the settings of this race?",
    race_answer: "m̂ fades out and W ← (1 − ηλ)W is left: with η = 0.3 and λ = 0.01 a factor of 0.997 a step, half after ln 2/−ln 0.997 ≈ 231 \
                  steps. Adam would leave the weight where it is. Here the minimum is at 0, so that the decay even helps.",

    table_title: "Where they all ended",
    table_text: "Every run of this page. The same table as data: {summary}.",
    table_run: "run",
    table_spec: "spec",
    table_steps: "steps",
    table_diverged: ", then diverged",
    made_by: "Made by thalweg {version}.",
    made_again: "Each run can be made again: {command}.",

    sgd_small: RunText {
        title: "SGD, a small rate",
        text: "Each step goes straight down the gradient. Across the valley the slope is steep and y is all but gone after a dozen \
               steps; along it the slope is small, and thirty steps cover a quarter of the way.",
        alt: "SGD, lr = 0.1: thirty steps from (−7, 2) over the contours, a quarter of the way along the valley",
        question: "How many steps does each coordinate need, at this rate, until it is closer than 0.1 to the minimum?",
        answer: "A step multiplies x by 1 − 0.1/10 = 0.99 and y by 1 − 0.1·2 = 0.8. 7·0.99ⁿ falls below 0.1 at n = 423, 2·0.8ⁿ already at \
                 n = 14: the flat direction takes thirty times as long.",
    },
    sgd_large: RunText {
        title: "SGD, a large rate",
        text: "Nine times the rate brings x most of the way, but each step overshoots the valley floor and lands on the other side at 0.8 \
               times the height in y. Above a rate of 1 that factor exceeds 1 and the run diverges.",
        alt: "SGD, lr = 0.9: thirty steps from (−7, 2) that zigzag across the valley",
        question: "At which rate does SGD diverge here, and why?",
        answer: "A step multiplies y by 1 − 2η and x by 1 − η/10. |1 − 2η| < 1 holds for η < 1: at 1, y jumps between 2 and −2 for ever, above \
                 it grows. x would bear rates up to 20. The steepest direction sets the limit: in general 2/λ, where λ is the largest \
                 curvature, here 2.",
    },
    momentum_small: RunText {
        title: "Momentum, a small rate",
        text: "The velocity keeps nine tenths of itself, so small pushes along the valley add up while the ones across it cancel. The same \
               rate that left SGD behind now carries x past the minimum.",
        alt: "Momentum, lr = 0.1: thirty steps from (−7, 2) that swing across the valley and along it past the minimum",
        question: "Set `momentum` to 0. Which run of this page do you get, and why does 0.9 go so much further?",
        answer: "Without the share that is kept v is −ηg: SGD at the rate 0.1. With it, a constant gradient drives v towards −ηg/(1 − γ), ten \
                 times the step of SGD for γ = 0.9.",
    },
    momentum_large: RunText {
        title: "Momentum, a large rate",
        text: "With ten gradients' worth of inertia a rate of 0.9 is too much. The ball shoots through the valley, climbs the far side and is \
               still circling the minimum after thirty steps.",
        alt: "Momentum, lr = 0.9: thirty steps from (−7, 2) that swing far around the minimum",
        question: "SGD diverges above a rate of 1. Does Momentum diverge earlier or later?",
        answer: "Later: above 2(1 + γ)/λ, which is 1.9 for γ = 0.9 and the curvature λ = 2 of y. The inertia cancels a part of each step that goes \
                 too far. But below that limit the swings only shrink by √γ ≈ 0.95 a step.",
    },
    adagrad: RunText {
        title: "Adagrad",
        text: "Each coordinate is divided by the root of its summed squares, so the steep one loses its advantage and the first step is 1.5 \
               long in both. The sum only grows: steps shrink without end, towards 0, and a run that is still far away gets slower and \
               slower.",
        alt: "Adagrad, lr = 1.5: thirty steps from (−7, 2) that go straight to the minimum and get shorter",
        question: "Multiply f by 100. What becomes of the path of Adagrad, what of that of SGD at 0.9?",
        answer: "Adagrad's stays as it is: g and √h grow by the same factor, which cancels (but for the tiny ε in the root). SGD's steps get a \
                 hundred times as long; it diverges above a rate of 0.01.",
    },
    adam: RunText {
        title: "Adam",
        text: "Momentum in the numerator, a moving root mean square in the denominator, and both corrected for their start at 0: the first \
               step is the learning rate long in each coordinate, whatever the gradient's size. The path bends where that of SGD \
               zigzags, and after thirty steps it is just passing the minimum.",
        alt: "Adam, lr = 0.3: thirty steps from (−7, 2) in a smooth bend to the minimum",
        question: "How long is Adam's first step in x and in y, and what becomes of it without the bias correction?",
        answer: "0.3 in both: after one step m̂ = g and v̂ = g², so that m̂/√v̂ is the sign of g. Without the correction m = 0.1g and √v = 0.0316|g|: \
                 the step is 3.16 times as long.",
    },
    rmsprop: RunText {
        title: "RMSProp",
        text: "Nothing corrects the start of v, so the first step is 3.16 learning rates long in both coordinates. Steps then shrink with the \
               gradient, until v has forgotten the large ones: from about step 100 on, y, long at rest on the floor, is thrown out by up to \
               a learning rate again and again.",
        alt: "RMSProp: from (−7, 2) to the minimum, then jumping up and down around it",
        question: "Set `eps` to 1. What happens to the jumps, and what to the way?",
        answer: "They stop: where √v is far below ε, the step is that of SGD at the rate η/ε = 0.1, which shrinks with the gradient. The price is \
                 the flat direction, which is again as slow as with SGD: after 200 steps x is still at −1.6.",
    },
    rmsprop_printed: RunText {
        title: "RMSProp as printed",
        text: "The same constants with the tutorial's slip. After a few steps G has outgrown every gradient and the run stands still at ({x}, {y}), \
               wherever it happens to be.",
        alt: "RMSProp as printed in the tutorial: the path stops after a few steps",
        question: "By which factor does the effective rate η/√G fall in a step, once gradients are small, and when is it a thousandth?",
        answer: "G ← (1 + α)G = 1.9G, so that the rate falls by √1.9 ≈ 1.38 a step and is below a thousandth after 22 steps.",
    },
    adadelta: RunText {
        title: "AdaDelta",
        text: "There is no learning rate to choose: the size of past steps stands in for it. The first is √(ε/(1 − ρ)) ≈ 0.003 long, and each can \
               be only a little longer than the last: a thousand steps feel their way down the valley, and a few hundred more home in on \
               the minimum.",
        alt: "AdaDelta: 1500 steps from (−7, 2) to the minimum",
        question: "Is there really no rate to choose? Try `eps` at 0.01.",
        answer: "ε takes its place: the first step is about √(ε/(1 − ρ)) long, 0.003 for ε = 10⁻⁶ and about 0.3 for ε = 0.01, and the later ones grow \
                 from it.",
    },
    adadelta_printed: RunText {
        title: "AdaDelta as printed",
        text: "The tutorial's slip stands in both averages. They nearly double together, so the ratio of their roots stays what the first steps made it \
               and adapts to nothing; the run creeps{until} and gets no further than ({x}, {y}).",
        alt: "AdaDelta as printed in the tutorial: a short path that ends far from the minimum",
        question: "RMSProp as printed stops, AdaDelta as printed creeps on. Where does the difference come from?",
        answer: "In RMSProp √G stands alone below the line and grows. In AdaDelta √s stands above it and grows as fast, so that their ratio stays \
                 the same: a tiny constant rate.",
    },
};
