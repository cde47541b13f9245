// A descent to explore: a slider over the steps, play, a switch for each run, and the numbers of the step under
// the pointer. Without this script the page shows the still picture instead.
(() => {
  "use strict";
  const { plot, runs } = JSON.parse(document.getElementById("descent-data").textContent);
  const stage = document.getElementById("explore");
  const get = (name) => stage.querySelector(name);
  const [drawing, slider, play, status, table] =
    [".paths", "input[type=range]", "button", "output", "table"].map(get);
  const last = Math.max(...runs.map((run) => run.points.length - 1));
  const SVG = "http://www.w3.org/2000/svg";
  const place = ([x, y]) => [plot.x[0] + plot.x[1] * x, plot.y[0] + plot.y[1] * y];
  // Beyond these places a line is as good as vertical, and browsers give up.
  const near = (v) => Math.min(Math.max(v, -1e5), 1e5);

  const add = (parent, name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return parent.appendChild(element);
  };
  const [x, y, width, height] = plot.inside;
  add(add(drawing, "clipPath", { id: "inside" }), "rect", { x, y, width, height });
  const paths = add(drawing, "g", { "clip-path": "url(#inside)" });
  for (const [i, run] of runs.entries()) {
    run.pixels = run.points.map((point) => place(point).map(near));
    run.group = add(paths, "g", { class: `run r${i}` });
    run.line = add(run.group, "polyline", { class: "line" });
    run.dots = add(run.group, "path", { class: "dots" });
    run.head = add(run.group, "circle", { class: "head", r: 15 });
    run.shown = true;
  }
  const ring = add(drawing, "circle", { class: "ring", r: 20, visibility: "hidden" });

  const number = (value) =>
    value === null ? "not finite" : Number(value.toPrecision(6)).toString().replace("-", "−");
  const pair = (values) => `${number(values[0])}, ${number(values[1])}`;

  let step = last;
  let chosen = null;
  const draw = () => {
    for (const run of runs) {
      const end = Math.min(step, run.points.length - 1);
      const shown = run.pixels.slice(0, end + 1);
      run.group.style.display = run.shown ? "" : "none";
      run.line.setAttribute("points", shown.map((p) => p.map((v) => v.toFixed(1)).join()).join(" "));
      run.dots.setAttribute("d", shown.map(([x, y]) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join(""));
      const [x, y] = run.pixels[end];
      run.head.setAttribute("cx", x);
      run.head.setAttribute("cy", y);
      run.head.classList.toggle("ended", run.diverged !== null && end < step);
      run.cell.textContent = number(run.values[end]);
    }
    slider.value = step;
    status.textContent = `step ${step}`;
    slider.setAttribute("aria-valuetext", status.textContent);
    describe();
  };

  // The numbers of one step: the chosen one, or the last one of the first run that is shown.
  const describe = () => {
    if (chosen && !chosen.run.shown) chosen = null;
    const run = chosen ? chosen.run : runs.find((run) => run.shown);
    const body = table.tBodies[0];
    body.replaceChildren();
    ring.setAttribute("visibility", chosen ? "visible" : "hidden");
    table.caption.textContent = "";
    if (!run) return;
    const at = chosen ? chosen.step : Math.min(step, run.points.length - 1);
    if (chosen) [ring.cx, ring.cy].forEach((c, i) => (c.baseVal.value = run.pixels[at][i]));
    table.caption.textContent = `${run.label}, step ${at}`;
    const rows = [["x, y", pair(run.points[at])], ["f", number(run.values[at])],
      ["∂f/∂x, ∂f/∂y", pair(run.gradients[at])]];
    for (const [name, values] of Object.entries(run.state)) rows.push([name, pair(values[at])]);
    for (const [name, value] of rows) {
      const row = body.insertRow();
      const head = row.appendChild(document.createElement("th"));
      head.scope = "row";
      head.textContent = name;
      row.insertCell().textContent = value;
    }
  };

  const show = (value) => {
    step = Math.min(Math.max(value, 0), last);
    if (chosen && chosen.step > step) chosen = null;
    draw();
  };

  let timer = null;
  const pause = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  };
  play.addEventListener("click", () => {
    if (timer) return pause();
    if (step === last) show(0);
    play.textContent = "Pause";
    // A run lasts ten seconds at most.
    const stride = Math.ceil(last / 100);
    timer = setInterval(() => {
      show(step + stride);
      if (step === last) pause();
    }, 100);
  });
  slider.max = last;
  slider.addEventListener("input", () => {
    pause();
    show(Number(slider.value));
  });

  get(".switches").querySelectorAll("label").forEach((label, i) => {
    const box = label.querySelector("input");
    runs[i].cell = label.querySelector(".value");
    box.addEventListener("change", () => {
      runs[i].shown = box.checked;
      if (chosen && chosen.run === runs[i]) chosen = null;
      draw();
    });
  });

  const nearest = (event) => {
    const box = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    let found = { distance: 40 * scale };
    for (const run of runs.filter((run) => run.shown)) {
      for (let i = 0; i <= Math.min(step, run.pixels.length - 1); i += 1) {
        const distance = Math.hypot(run.pixels[i][0] - x, run.pixels[i][1] - y);
        if (distance < found.distance) found = { distance, run, step: i };
      }
    }
    chosen = found.run ? found : null;
    describe();
  };
  drawing.addEventListener("pointermove", nearest);
  drawing.addEventListener("pointerdown", nearest);
  drawing.addEventListener("pointerleave", () => {
    chosen = null;
    describe();
  });

  stage.hidden = false;
  document.getElementById("still").hidden = true;
  draw();
})();
