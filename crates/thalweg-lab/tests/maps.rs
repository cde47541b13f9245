//! Maps: cells beside single runs, and what is refused.

use serde_json::Value as Json;
use thalweg::{Accepts, Method, Spec, Value};
use thalweg_draw::Point;
use thalweg_lab::map::{Axis, Map, MapError, MapFormat, Plan};
use thalweg_lab::methods;
use thalweg_lab::problem::Problem;
use thalweg_lab::run::{Precision, Run};

fn spec(text: &str) -> Spec {
    methods::registry().spec(text).unwrap()
}

fn axis(text: &str) -> Axis {
    text.parse().unwrap()
}

fn plan(problem: &Problem, x: &str, y: &str, size: [usize; 2], steps: usize) -> Plan {
    Plan { axes: [axis(x), axis(y)], size, start: problem.start, steps }
}

fn map(problem: &str, method: &str, x: &str, y: &str, size: [usize; 2], steps: usize) -> Map {
    let problem = Problem::parse(problem).unwrap();
    Map::new(&problem, &spec(method), &plan(&problem, x, y, size, steps)).unwrap()
}

/// The run of a cell, as `thalweg descend` makes it.
fn run(map: &Map, method: &Spec, cell: usize) -> Run {
    let (mut method, mut start) = (method.clone(), map.plan.start);
    for (axis, value) in map.plan.axes.iter().zip(map.at(cell)) {
        match axis.name.as_str() {
            "x" => start[0] = value,
            "y" => start[1] = value,
            name => Method::set(&mut method, name, Value::Number(value)).unwrap(),
        }
    }
    Run::new(&map.problem, &method, start, map.plan.steps, Precision::F64).unwrap()
}

fn assert_cells_are_runs(map: &Map, method: &Spec) {
    for (k, cell) in map.cells.iter().enumerate() {
        let run = run(map, method, k);
        let at = || format!("{method} at {:?}", map.at(k));
        assert_eq!(cell.diverged_at, run.diverged_at, "{}", at());
        if cell.diverged_at.is_none() {
            assert_eq!(cell.value.to_bits(), run.last_value().to_bits(), "{}", at());
            assert_eq!(
                cell.point.map(f64::to_bits),
                run.last_point().map(f64::to_bits),
                "{}",
                at()
            );
        }
    }
}

/// Every method, over its learning rate and each of its other numbers in turn, from 0 where 0 is one: there some
/// methods have another state.
#[test]
fn every_cell_has_the_bits_of_a_run() {
    let (registry, problem) = (methods::registry(), Problem::named("beale").unwrap());
    let mut maps = 0;
    for entry in registry.entries() {
        let method = registry.spec(entry.name).unwrap();
        let numbers: Vec<(&str, f64, bool)> = method
            .hyperparameters()
            .into_iter()
            .filter(|(known, _)| matches!(known.accepts, Accepts::Number(_)))
            .filter_map(|(known, value)| match value {
                Value::Number(v) => {
                    Some((known.name, v, known.accepts.admits(&Value::Number(0.0))))
                }
                _ => None,
            })
            .collect();
        for (k, &(name, default, has_zero)) in numbers.iter().enumerate().skip(1) {
            let default = if default == 0.0 { 0.3 } else { default };
            let low = if has_zero { 0.0 } else { 0.9 * default };
            let mut axes = [axis(&format!("{}=0.001..0.2", numbers[0].0)), axis("x=0..1")];
            axes[1] = Axis { name: name.to_owned(), low, high: default, logarithmic: false };
            if default < 0.0 {
                continue;
            }
            // A number by column and a number by row are computed in other loops.
            if k % 2 == 0 {
                axes.swap(0, 1);
            }
            let plan = Plan { axes, size: [3, 2], start: problem.start, steps: 12 };
            match Map::new(&problem, &method, &plan) {
                Ok(map) => {
                    assert_cells_are_runs(&map, &method);
                    maps += 1;
                }
                Err(MapError::Method(_)) => {}
                Err(error) => panic!("{name} of {method}: {error}"),
            }
        }
    }
    assert!(maps > 300, "{maps}");
}

#[test]
fn cells_over_the_start_are_runs_from_there() {
    for method in
        ["sgd:lr=0.01", "momentum", "adam:lr=0.1", "lamb:lr=0.1", "polyak-sgd", "adafactor"]
    {
        let map = map("himmelblau", method, "x=-5..5", "y=-5..5", [9, 7], 40);
        assert_cells_are_runs(&map, &spec(method));
    }
}

#[test]
fn a_start_and_a_hyperparameter_go_together() {
    let map = map("rosenbrock", "momentum", "y=-1..1", "lr=1e-4..0.1,log", [70, 5], 60);
    assert_cells_are_runs(&map, &spec("momentum"));
    assert!(map.diverged() > 0 && map.diverged() < map.cells.len());
}

#[test]
fn a_method_that_adds_noise_is_run_cell_by_cell() {
    let noisy = methods::registry().entries().map(|entry| entry.name).find(|name| {
        spec(name).hyperparameters().iter().any(|(known, _)| known.name == "eta")
            && spec(name).kernel().noise().is_some()
    });
    let Some(noisy) = noisy else { return };
    let map = map("ravine", noisy, "lr=0.01..0.1", "x=-5..5", [3, 3], 10);
    assert_cells_are_runs(&map, &spec(noisy));
}

#[test]
fn a_start_without_a_value_is_a_cell_that_diverged() {
    let map = map("sqrt(x) + y^2", "sgd", "x=-1..3", "y=-1..1", [5, 3], 5);
    assert_eq!(map.cells[0].diverged_at, Some(0));
    assert!(map.cells[4].value.is_finite());
}

/// 2(1 + γ)/λ for momentum γ, with λ = 2; the other limit of heavy ball, γ = 1, is outside.
#[test]
fn the_boundary_is_that_of_the_known_formula() {
    let map = map("ravine", "momentum", "lr=0.01..10,log", "momentum=0..0.99", [8, 8], 10);
    let theory = map.theory.unwrap();
    let points: Vec<Point> = theory.boundary.concat();
    assert!(points.len() > 30, "{}", points.len());
    for [lr, momentum] in points {
        assert!((lr / (1.0 + momentum) - 1.0).abs() < 1e-6, "{lr} {momentum}");
    }
    let expected = [1.0, 1.99].map(Some);
    assert_eq!(theory.largest_lr, Some(expected));
    assert!(theory.radii[0] < 1.0 && theory.radii[1] > 10.0);
}

/// Where the theory's line is, runs begin to climb.
#[test]
fn cells_beyond_the_boundary_climb_and_cells_before_it_fall() {
    let map = map("ravine", "momentum", "lr=0.2..4", "momentum=0..0.6", [24, 9], 400);
    let start = map.problem.value(map.plan.start);
    for (k, cell) in map.cells.iter().enumerate() {
        let [lr, momentum] = map.at(k);
        let limit = 1.0 + momentum;
        if lr < 0.97 * limit {
            assert!(cell.value < start, "{lr} {momentum}: {}", cell.value);
        } else if lr > 1.03 * limit {
            assert!(cell.value > start || cell.diverged_at.is_some(), "{lr} {momentum}");
        }
    }
}

#[test]
fn theory_is_silent_where_it_knows_nothing() {
    assert!(map("ravine", "adam", "lr=0.01..1,log", "beta1=0..0.9", [3, 3], 5).theory.is_none());
    assert!(map("beale", "sgd", "lr=0.01..1,log", "momentum=0..0.9", [3, 3], 5).theory.is_none());
    // Over the start alone there is a radius, but no line.
    let theory = map("ravine", "sgd:lr=0.9", "x=-1..1", "y=-1..1", [3, 3], 5).theory.unwrap();
    assert!(theory.boundary.is_empty() && (theory.radii[0] - 0.91).abs() < 1e-12);
}

#[test]
fn each_cell_ends_at_the_minimum_that_it_reached() {
    let map = map("himmelblau", "sgd:lr=0.01", "x=-5..5", "y=-5..5", [21, 21], 300);
    let near = |[x, y]: Point| {
        let nearest = map.problem.minima.iter().position(|[a, b]| (x - a).hypot(y - b) < 1e-3);
        (0..map.cells.len()).filter(|k| map.minimum(*k) == nearest && nearest.is_some()).count()
    };
    let counts: Vec<usize> = map.problem.minima.iter().map(|&minimum| near(minimum)).collect();
    assert!(counts.iter().all(|count| *count > 60), "{counts:?}");
    // From (3, 3) straight down to (3, 2).
    let cell = (0..map.cells.len()).find(|k| map.at(*k) == [3.0, 3.0]).unwrap();
    assert_eq!(map.minimum(cell), Some(0));
}

#[test]
fn the_best_cell_is_the_lowest() {
    let map = map("ravine", "sgd", "lr=0.01..2", "x=-7..7", [12, 8], 30);
    let best = map.best().unwrap();
    let lowest = map.cells[best].value;
    assert!(map.cells.iter().all(|cell| cell.value.total_cmp(&lowest).is_ge()));
    let all = map_of_nothing();
    assert_eq!((all.best(), all.diverged()), (None, all.cells.len()));
    for format in [MapFormat::Png, MapFormat::Svg, MapFormat::Json, MapFormat::Csv] {
        assert!(!all.render(format).unwrap().is_empty());
    }
}

/// Every run leaves where the function has values.
fn map_of_nothing() -> Map {
    map("sqrt(x) + y^2", "sgd:lr=100", "x=0.1..0.2", "y=1..2", [3, 3], 5)
}

#[test]
fn files_are_the_same_on_any_number_of_threads() {
    let files = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let map = map("ravine", "momentum", "lr=0.01..10,log", "momentum=0..0.9", [40, 30], 50);
            [MapFormat::Json, MapFormat::Csv, MapFormat::Svg, MapFormat::Png]
                .map(|format| map.render(format).unwrap())
        })
    };
    assert!(files(1) == files(3));
}

#[test]
fn json_has_the_documented_form() {
    let map = map("himmelblau", "sgd:lr=0.05", "x=-5..5", "lr=0.001..0.1,log", [6, 4], 50);
    let json: Json = serde_json::from_slice(&map.render(MapFormat::Json).unwrap()).unwrap();
    let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "problem",
        "spec",
        "start",
        "steps",
        "x",
        "y",
        "values",
        "diverged",
        "diverged_at",
        "best",
        "minima",
        "basins",
        "theory",
    ];
    assert_eq!(keys, expected);
    assert_eq!(json["x"]["name"], "x");
    assert_eq!(json["y"]["log"], true);
    assert_eq!(json["y"]["values"].as_array().unwrap().len(), 4);
    assert_eq!(json["values"].as_array().unwrap().len(), 4);
    let mut diverged = 0;
    for (k, cell) in map.cells.iter().enumerate() {
        let of = |key: &str| json[key][k / 6][k % 6].clone();
        assert_eq!(of("values").as_f64(), cell.diverged_at.is_none().then_some(cell.value));
        assert_eq!(of("diverged_at").as_u64(), cell.diverged_at.map(|step| step as u64));
        assert_eq!(of("basins").as_u64(), map.minimum(k).map(|k| k as u64));
        diverged += u64::from(of("values").is_null());
    }
    assert_eq!(json["diverged"], diverged);
    assert!(diverged > 0);
    let (column, row) = (json["best"]["column"].as_u64(), json["best"]["row"].as_u64());
    assert_eq!(map.best().map(|k| (k as u64 % 6, k as u64 / 6)), column.zip(row));
}

#[test]
fn csv_has_a_line_for_every_cell() {
    let map = map("ravine", "sgd", "lr=0.5..2", "momentum=0..0.5", [3, 2], 300);
    let text = String::from_utf8(map.render(MapFormat::Csv).unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines.len()), ("lr,momentum,value,diverged_at", 7));
    assert!(lines[1].starts_with("0.5,0.0,"), "{}", lines[1]);
    assert!(lines[6].starts_with("2.0,0.5,"), "{}", lines[6]);
}

#[test]
fn what_is_wrong_is_refused_before_anything_is_computed() {
    let problem = Problem::named("ravine").unwrap();
    let refused = |method: &str, x: &str, y: &str, size: [usize; 2], parts: &[&str]| {
        // So many steps would take hours.
        let plan = plan(&problem, x, y, size, usize::MAX);
        let error = Map::new(&problem, &spec(method), &plan).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{part:?} is not in: {error}");
        }
    };
    let size = [4, 4];
    refused("adam", "beta_1=0..0.9", "lr=0..1", size, &["`beta_1`", "did you mean `beta1`"]);
    refused("adam", "lr=0..1", "beta1=0..1", size, &["beta1=1 is refused", "[0, 1)"]);
    refused("adam", "lr=-1..1", "beta1=0..0.9", size, &["lr=-1 is refused"]);
    refused("adam", "lr=0..1", "lr=0..1", size, &["both axes vary `lr`"]);
    refused("adam", "x=0..1", "x=0..1", size, &["both axes vary `x`"]);
    refused("adam", "lr=0..1", "amsgrad=0..1", size, &["`amsgrad` is true or false"]);
    refused("adam", "lr=0..1", "bias_correction=0..1", size, &["full or folded"]);
    refused("sgd:nesterov=true,momentum=0.9", "lr=0..1", "momentum=0..0.9", size, &["nesterov"]);
    refused("adam", "lr=0..1", "beta1=0..0.9", [1, 4], &["1×4 cells"]);
    refused("adam", "lr=0..1", "beta1=0..0.9", [4, 5000], &["from 2 to 2048"]);
    let text = "x = 0.1\nW = W - x*g\n";
    let own = methods::registry().with_text("own", text).unwrap().spec("own").unwrap();
    let plan = plan(&problem, "x=0..1", "y=0..1", size, 3);
    let error = Map::new(&problem, &own, &plan).unwrap_err().to_string();
    assert!(error.contains("`x` is a hyperparameter of own as well as the start"), "{error}");
}

#[test]
fn a_map_marks_the_cells_that_end_higher_and_the_lowest() {
    let figure = map("ravine", "sgd", "lr=0.5..1.5", "momentum=0..0.001", [41, 2], 30).figure();
    assert_eq!(figure.blank, "ends higher or diverges");
    // sgd climbs above a rate of 1, the limit for the curvature 2; a little above it y has not yet outgrown what x has won.
    let climbs = figure.cells[..41].iter().position(|cell| cell.value.is_nan()).unwrap();
    assert!((21..24).contains(&climbs), "{climbs}");
    assert!(figure.cells[climbs..41].iter().all(|cell| cell.value.is_nan()));
    assert!(figure.best.is_some());
    let converging = map("ravine", "sgd", "lr=0.1..0.9", "momentum=0..0.5", [4, 4], 30).figure();
    assert!(converging.cells.iter().all(|cell| cell.value.is_finite()));
    // Over starts, too: there hues are basins, and higher than other starts is not higher than its own.
    let basins = map("himmelblau", "sgd:lr=0.01", "x=-5..5", "y=-5..5", [9, 9], 50).figure();
    assert_eq!(basins.blank, "diverged");
    assert!(basins.best.is_some() && basins.cells.iter().all(|cell| cell.value.is_finite()));
}
