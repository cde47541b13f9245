//! Runs and functions that leave the finite numbers.

use crate::descend::everything;
use crate::folder::Folder;

#[test]
fn a_run_that_diverges_at_once_is_still_drawn() {
    let folder = Folder::new();
    let outcome = everything(&folder, "--on ravine --with sgd:lr=1e300");
    let warning = outcome.stderr.lines().next().unwrap();
    assert!(warning.starts_with("warning: sgd:lr=1e300 ") && warning.contains("at step 1"));
    let run = &folder.json("run.json")["runs"][0];
    assert_eq!(run["diverged_at"], 1);
    assert_eq!(run["points"], serde_json::json!([[-7.0, 2.0]]));
    assert_eq!(folder.text("run.csv").lines().count(), 2);
    assert!(folder.text("run.html").contains("stopped being finite at step 1"));
}

#[test]
fn a_run_that_fails_is_told_of_with_what_theory_knows() {
    let told = |arguments: &str| {
        let folder = Folder::new();
        let outcome = folder.descend(&format!("{arguments} -o run.svg -o run.html"));
        let lines = outcome.stderr.lines().filter_map(|line| line.strip_prefix("warning: "));
        let lines: Vec<String> = lines.map(str::to_owned).collect();
        for line in &lines {
            assert!(folder.text("run.html").contains(line), "{line}");
        }
        lines
    };
    assert_eq!(
        told("--on ravine --with sgd:lr=1.05 --steps 60"),
        ["sgd:lr=1.05 climbs: f from 6.45 to 370800; on this function lr below 1 converges"]
    );
    assert_eq!(
        told("--on x^2+y^2 --with momentum:lr=2"),
        ["momentum:lr=2 climbs: f from 25 to 6.537×10¹²; on this function lr below 1.9 converges"]
    );
    assert_eq!(
        told("--on ravine --with adam"),
        ["adam hardly moves: 0.04239 in 30 steps; its lr is 0.001, try adam:lr=0.1"]
    );
    let left = told("--on ravine --with adam:lr=30 --steps 3");
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(told("--on ravine --with sgd:lr=0.9 --with adam:lr=0.3").is_empty());
}

#[test]
fn the_other_runs_continue() {
    let folder = Folder::new();
    let outcome = everything(&folder, "--on ravine --with adam --with sgd:lr=1e300 --with sgd");
    let finite = outcome.stderr.lines().filter(|line| line.contains("stopped being finite"));
    assert_eq!(finite.count(), 1);
    let record = folder.json("run.json");
    let runs = record["runs"].as_array().unwrap();
    let lengths: Vec<_> = runs.iter().map(|run| run["points"].as_array().unwrap().len()).collect();
    assert_eq!(lengths, [31, 1, 31]);
    assert!(runs[0]["diverged_at"].is_null() && runs[2]["diverged_at"].is_null());
}

#[test]
fn an_infinite_gradient_at_the_start_ends_a_run_there() {
    let folder = Folder::new();
    everything(&folder, "--on sqrt(x)+y --from 0,0 --with sgd");
    let run = &folder.json("run.json")["runs"][0];
    assert_eq!(run["diverged_at"], 1);
    assert!(run["gradients"][0][0].is_null());
}

#[test]
fn a_function_without_a_value_somewhere_is_drawn() {
    for function in ["1/x", "log(x)", "sqrt(x*y)", "1/(x*y)", "exp(exp(x))+y^2", "asin(x)"] {
        everything(&Folder::new(), &format!("--on {function} --with sgd --with adam --steps 5"));
    }
}

#[test]
fn the_plot_is_blank_where_the_function_has_no_value() {
    let folder = Folder::new();
    everything(&folder, "--on log(x) --with sgd");
    let (width, pixels) = decoded(&folder.read("run.png"));
    let pixel = |x: usize, y: usize| &pixels[3 * (y * width + x)..][..3];
    for y in [200, 500, 800] {
        assert_eq!(pixel(300, y), [255; 3], "left of x = 0 at {y}");
        assert_ne!(pixel(800, y), [255; 3], "right of x = 0 at {y}");
    }
}

#[test]
fn a_function_without_a_value_at_the_start_is_refused() {
    let folder = Folder::new();
    for (function, from, value) in
        [("log(x)", "-1,0", "NaN"), ("1/x", "0,2", "inf"), ("ravine", "1e308,2", "inf")]
    {
        let line = format!("descend --on {function} --from {from} --with sgd -o run.png");
        let sentence = folder.run(&line).refused(1);
        assert!(sentence.starts_with(&format!("{function} is {value} at the start (")));
        assert!(sentence.len() < 100, "{sentence}");
    }
    assert!(folder.names().is_empty());
}

#[test]
fn functions_without_a_minimum_or_slope_are_drawn() {
    for function in ["x", "5", "0", "-x^2-y^2", "1e300*x", "1e-300*x"] {
        everything(&Folder::new(), &format!("--on {function} --with sgd --with adam"));
    }
}

#[test]
fn a_start_outside_the_domain_widens_the_plot() {
    let folder = Folder::new();
    let axis = |from: &str| {
        everything(&folder, &format!("--on ravine --with sgd --from {from}"));
        let (width, pixels) = decoded(&folder.read("run.png"));
        // The right half of what lies below the plot: numbers of the axis, no path.
        let rows = pixels.chunks(3 * width).rev().take(140);
        rows.flat_map(|row| row[row.len() / 2..].to_vec()).collect::<Vec<u8>>()
    };
    let own = axis("-7,2");
    assert!(own.iter().any(|&level| level < 128), "no numbers there");
    assert_eq!(own, axis("-6.5,1"));
    assert_ne!(own, axis("40,2"));
}

/// The width of a picture and its pixels, three bytes each.
fn decoded(png: &[u8]) -> (usize, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    (info.width as usize, pixels)
}

#[test]
fn huge_and_tiny_starts_do_no_harm() {
    for from in ["1e308,1e308", "1.7e308,-1.7e308", "1e-308,-5e-324", "-0,0"] {
        let outcome = everything(&Folder::new(), &format!("--on x --from {from} --with sgd"));
        assert!(outcome.stderr.lines().all(|line| line.len() < 100), "{}", outcome.stderr);
    }
}

#[test]
fn a_start_too_large_for_f32_is_refused_in_f32() {
    let line = "descend --on x --from 1e39,0 --precision f32 --with sgd -o run.png";
    assert!(Folder::new().run(line).refused(1).starts_with("x is inf at the start"));
}
