// Replaces the static plots by charts that respond to pointer, touch and keyboard.
"use strict";
(() => {
  const { methods, figures } = JSON.parse(document.getElementById("data").textContent);
  const hidden = new Set();
  const views = [];

  const raised = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const power = (exponent) => "10" + [...String(exponent)].map((c) => raised[c]).join("");
  const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

  // At most four significant digits, as in the static plots.
  function number(value) {
    if (value === 0) return "0";
    const [digits, exponent] = Math.abs(value).toExponential(3).split("e");
    const plain = exponent >= -4 && exponent < 6;
    const text = plain ? String(Number(digits + "e" + exponent)) : Number(digits) + "×" + power(Number(exponent));
    return (value < 0 ? "−" : "") + text;
  }

  function element(parent, name, attributes = {}, text = "") {
    const space = parent.namespaceURI;
    const made = parent.ownerDocument.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return parent.appendChild(made);
  }

  // The index of the nearest x; xs ascend.
  function nearest(xs, x) {
    let low = 0;
    let high = xs.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (xs[middle] <= x) low = middle;
      else high = middle;
    }
    return x - xs[low] <= xs[high] - x ? low : high;
  }

  // Round numbers between two others, about as many as requested.
  function ticks(low, high, most, whole) {
    const rough = (high - low) / most;
    const unit = 10 ** Math.floor(Math.log10(rough));
    let step = [1, 2, 5, 10].map((n) => n * unit).find((n) => n >= rough * 0.999);
    if (whole) step = Math.max(1, step);
    const list = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) list.push(Number((i * step).toPrecision(12)));
    return list;
  }

  // Powers of ten; 2 and 5 times them where there are few, and numbers in between where there is none.
  function decades(low, high, most) {
    if (high / low < 5) return ticks(low, high, 5, false);
    const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    const stride = Math.max(1, Math.ceil((Math.log10(high) - Math.log10(low)) / most));
    const factors = Math.log10(high / low) < 2 ? [1, 2, 5] : [1];
    const list = [];
    for (let e = first; e <= last; e += 1) {
      if (e % stride === 0) for (const f of factors) list.push(Number(f + "e" + e));
    }
    return list.filter((y) => y >= low * 0.999 && y <= high * 1.001);
  }

  class View {
    constructor(box, figure) {
      Object.assign(this, figure);
      this.at = null;
      this.space = box.querySelector("svg").namespaceURI;
      this.close = this.percent && this.low !== null;
      this.first = Math.min(...this.lines.map((line) => line.points[0][0]));
      this.last = Math.max(...this.lines.map((line) => line.points[0].at(-1)));
      const heading = box.querySelector("h3");
      const head = document.createElement("div");
      head.className = "head";
      heading.replaceWith(head);
      head.append(heading);
      this.reading = element(head, "span", { class: "at" });
      this.switch(head);
      head.after(this.legend());
      this.plot = box.querySelector(".plot");
      this.svg = document.createElementNS(this.space, "svg");
      this.svg.setAttribute("class", "live");
      this.svg.setAttribute("tabindex", "0");
      this.svg.setAttribute("role", "img");
      this.svg.setAttribute("aria-label", `${this.title} by ${this.x}. Arrow keys move the reading.`);
      this.plot.replaceChildren(this.svg);
      if (this.lines.some((line) => line.raw[0].length > 0)) box.querySelector("figcaption").append(` Thick: ${this.y}; thin: single steps.`);
      this.spoken = element(box, "p", { class: "spoken", "aria-live": "polite" });
      this.listen();
      new ResizeObserver(() => this.draw()).observe(this.plot);
    }

    // Accuracies have a close-up and a full axis; everything else may have a logarithmic axis.
    switch(head) {
      const whole = this.percent;
      if (whole && !this.close) return;
      const button = element(head, "button", { type: "button", class: "switch" }, whole ? "from zero" : "log scale");
      const pressed = () => button.setAttribute("aria-pressed", whole ? !this.close : this.log);
      button.addEventListener("click", () => {
        if (whole) this.close = !this.close;
        else this.log = !this.log;
        pressed();
        this.draw();
      });
      pressed();
    }

    legend() {
      const list = document.createElement("ul");
      list.className = "legend";
      for (const line of this.lines) {
        const { label, dashed } = methods[line.method];
        const button = element(element(list, "li"), "button", { type: "button", "aria-pressed": true, "data-method": line.method });
        const name = element(button, "span", { class: "label" });
        element(name, "span", { class: dashed ? "dash dashed" : "dash", style: `--c:var(--m${line.method})` });
        name.append(label);
        line.value = element(button, "span", { class: "value" });
        button.addEventListener("click", () => toggle(line.method));
      }
      return list;
    }

    shown() {
      return this.lines.filter((line) => !hidden.has(line.method));
    }

    // From the lowest to the highest value shown, with a margin.
    range() {
      const usable = (y) => y !== null && (!this.log || y > 0);
      let low = Infinity;
      let high = -Infinity;
      for (const line of this.shown()) {
        for (const y of line.points[1].filter(usable)) {
          low = Math.min(low, y);
          high = Math.max(high, y);
        }
      }
      if (low > high) [low, high] = this.log ? [0.1, 1] : [0, 1];
      const calm = this.shown().some((line) => methods[line.method].diverged === null);
      if (calm && this.high > low) high = Math.min(high, this.high);
      if (this.log) {
        low = Math.max(low, this.low ?? low);
        const room = Math.max(high / low, 1.2) ** 0.06;
        return [low / room, high * room];
      }
      // A limit that is no close-up.
      if (!this.percent && this.low !== null) low = Math.max(low, this.low);
      if (this.percent) {
        low = this.close ? this.low : 0;
        high = Math.max(high, low + 1);
      } else if (low >= 0 && low <= 0.3 * high) low = 0;
      const room = 0.06 * (high - low || Math.abs(high) || 1);
      return [low === 0 || this.percent ? low : low - room, this.percent ? Math.min(100.4, high + room) : high + room];
    }

    draw() {
      const width = this.plot.clientWidth;
      if (width < 80) return;
      const height = Math.round(Math.min(340, Math.max(220, 0.62 * width)));
      const svg = this.svg;
      svg.replaceChildren();
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.setAttribute("height", height);
      const [low, high] = this.range();
      const ys = this.log ? decades(low, high, 7) : ticks(low, high, 6, false);
      const mark = (y) => (this.log && Math.log10(high / low) >= 4 ? power(Math.round(Math.log10(y))) : number(y)) + (this.percent ? "%" : "");
      const left = 14 + 6.9 * Math.max(...ys.map((y) => mark(y).length), 3);
      const [top, right, bottom] = [8, width - 10, height - 38];
      const fraction = this.log ? (y) => Math.log(y / low) / Math.log(high / low) : (y) => (y - low) / (high - low);
      // A single point is in the middle.
      const [start, end] = this.first < this.last ? [this.first, this.last] : [this.first - 1, this.last + 1];
      const span = end - start;
      this.px = (x) => left + ((x - start) / span) * (right - left);
      this.py = (y) => bottom - fraction(y) * (bottom - top);
      this.x_at = (pixel) => start + ((pixel - left) / (right - left)) * span;
      [this.top, this.bottom] = [top, bottom];

      for (const y of ys) {
        const at = this.py(y);
        element(svg, "line", { class: "grid", x1: left, x2: right, y1: at, y2: at });
        element(svg, "text", { x: left - 6, y: at + 4, "text-anchor": "end" }, mark(y));
      }
      for (const x of ticks(start, end, Math.max(2, Math.floor(width / 90)), true)) {
        element(svg, "line", { class: "grid", x1: this.px(x), x2: this.px(x), y1: top, y2: bottom });
        element(svg, "text", { x: this.px(x), y: bottom + 16, "text-anchor": "middle" }, count(x));
      }
      element(svg, "text", { x: (left + right) / 2, y: height - 4, "text-anchor": "middle" }, this.x);
      const inside = element(svg, "svg", { x: left, y: top, width: right - left, height: bottom - top, viewBox: `${left} ${top} ${right - left} ${bottom - top}`, overflow: "hidden" });
      for (const line of this.shown()) this.curve(inside, line.raw, line.method, "raw");
      for (const line of this.shown()) this.curve(inside, line.points, line.method, "line");
      element(svg, "rect", { class: "frame", x: left, y: top, width: right - left, height: bottom - top });
      for (const line of this.shown()) this.cross(line);
      this.marks = element(svg, "g");
      this.point();
    }

    visible(y) {
      return y !== null && y !== undefined && (!this.log || y > 0);
    }

    curve(parent, [xs, ys], method, kind) {
      let path = "";
      ys.forEach((y, i) => {
        if (!this.visible(y)) return;
        const at = `${this.px(xs[i]).toFixed(1)} ${this.py(y).toFixed(1)}`;
        const begins = i === 0 || !this.visible(ys[i - 1]);
        path += (begins ? "M" : "L") + at;
        const alone = begins && !this.visible(ys[i + 1]);
        if (alone && kind === "line") element(parent, "circle", { class: "dot", cx: this.px(xs[i]), cy: this.py(y), r: 4, style: `--c:var(--m${method})` });
      });
      const attributes = { class: kind, d: path, style: `--c:var(--m${method})` };
      if (methods[method].dashed && kind === "line") attributes["stroke-dasharray"] = "6 3.5";
      element(parent, "path", attributes);
    }

    // Where a method diverged.
    cross(line) {
      if (methods[line.method].diverged === null) return;
      const [xs, ys] = line.points;
      const i = ys.findLastIndex((y) => this.visible(y));
      if (i < 0) return;
      const [x, y] = [this.px(xs[i]), Math.min(this.bottom, Math.max(this.top, this.py(ys[i])))];
      element(this.svg, "path", { class: "end", d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`, style: `--c:var(--m${line.method})` });
    }

    // The values at the pointer, otherwise at the end.
    point() {
      const x = this.at ?? this.last;
      this.reading.textContent = `${this.x} ${count(x)}`;
      this.marks?.replaceChildren();
      if (this.marks && this.at !== null) element(this.marks, "line", { class: "ruler", x1: this.px(x), x2: this.px(x), y1: this.top, y2: this.bottom });
      const spoken = [];
      for (const line of this.lines) {
        const [xs, ys] = line.points;
        const i = nearest(xs, x);
        const { diverged, label } = methods[line.method];
        const over = x > xs.at(-1);
        const y = over ? null : ys[i];
        const text = over && diverged !== null ? "diverged" : y === null ? "–" : this.percent ? y.toFixed(2) + "%" : number(y);
        line.value.textContent = text;
        if (hidden.has(line.method)) continue;
        spoken.push(`${label} ${text}`);
        if (this.marks && this.at !== null && this.visible(y)) {
          const height = this.py(y);
          if (height >= this.top - 1 && height <= this.bottom + 1) element(this.marks, "circle", { class: "dot", cx: this.px(xs[i]), cy: height, r: 4.5, style: `--c:var(--m${line.method})` });
        }
      }
      return `${this.x} ${x}: ${spoken.join(", ")}`;
    }

    // The x values of the longest curve, which the arrow keys step through.
    places() {
      return this.lines.reduce((longest, line) => (line.points[0].length > longest.length ? line.points[0] : longest), []);
    }

    // Moves the reading of all charts with the same x axis.
    move(x) {
      const places = this.places();
      const at = x === null ? null : places[nearest(places, x)];
      for (const view of views.filter((view) => view.x === this.x)) {
        view.at = at;
        view.point();
      }
    }

    listen() {
      const pixel = (event) => event.clientX - this.svg.getBoundingClientRect().left;
      const follow = (event) => this.move(this.x_at(pixel(event)));
      this.svg.addEventListener("pointerdown", follow);
      this.svg.addEventListener("pointermove", follow);
      this.svg.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.move(null));
      this.svg.addEventListener("blur", () => this.move(null));
      this.svg.addEventListener("keydown", (event) => {
        const places = this.places();
        const here = nearest(places, this.at ?? this.last);
        const far = Math.max(1, Math.round(places.length / 10));
        const target = { ArrowLeft: here - 1, ArrowRight: here + 1, PageDown: here - far, PageUp: here + far, Home: 0, End: places.length - 1 }[event.key];
        if (event.key === "Escape") this.move(null);
        else if (target === undefined) return;
        else this.move(places[Math.min(places.length - 1, Math.max(0, target))]);
        event.preventDefault();
        this.spoken.textContent = this.point();
      });
    }
  }

  // Shows or hides a method in all charts.
  function toggle(method) {
    if (!hidden.delete(method)) hidden.add(method);
    for (const button of document.querySelectorAll(`[data-method="${method}"]`)) button.setAttribute("aria-pressed", !hidden.has(method));
    for (const view of views) view.draw();
  }

  for (const figure of figures) views.push(new View(document.querySelector(`[data-figure="${figure.id}"]`), figure));
})();
