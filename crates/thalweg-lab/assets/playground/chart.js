// Curves against the step.

const Chart = (() => {
  const FONT = '12px system-ui, sans-serif';

  // Series: { values(t), length, colour, dash, label }; draws them up to step `at`.
  const draw = (canvas, { series, steps, at, isLog, ratio, most = Infinity }) => {
    const context = canvas.getContext('2d', { alpha: false });
    const { paper, ink, soft, line } = Colour.page();
    const [width, height] = [canvas.width / ratio, canvas.height / ratio];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = paper;
    context.fillRect(0, 0, width, height);
    const [left, right, top, bottom] = [58, width - 16, 10, height - 28];
    let [low, high] = [Infinity, -Infinity];
    for (const { values, length } of series) {
      for (let t = 0; t <= length; t += 1) {
        const value = values(t);
        if (Number.isFinite(value) && (!isLog || value > 0)) {
          low = Math.min(low, value);
          high = Math.max(high, Math.min(value, most));
        }
      }
    }
    if (low > high) [low, high] = isLog ? [0.1, 1] : [0, 1];
    if (isLog) low = Math.max(low, high * 1e-18);
    if (low === high) [low, high] = isLog ? [low / 2, high * 2] : [low - 1, high + 1];
    if (!isLog) [low, high] = [low - 0.04 * (high - low), high + 0.04 * (high - low)];
    const scaled = isLog ? Math.log : (v) => v;
    const x = (t) => left + ((right - left) * t) / Math.max(steps, 1);
    const y = (v) => bottom - ((bottom - top) * (scaled(v) - scaled(low))) / (scaled(high) - scaled(low));
    context.font = FONT;
    context.lineWidth = 1;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    const marks = isLog ? Numbers.decades(low, high, 6) : Numbers.ticks(low, high, 5);
    for (const v of marks) {
      context.strokeStyle = line;
      context.beginPath();
      context.moveTo(left, y(v));
      context.lineTo(right, y(v));
      context.stroke();
      context.fillStyle = soft;
      context.fillText(Numbers.text(v, 3), left - 6, y(v));
    }
    context.textAlign = 'center';
    context.textBaseline = 'top';
    for (const t of Numbers.ticks(0, steps, width < 420 ? 4 : 8).filter(Number.isInteger)) {
      context.fillStyle = soft;
      context.fillText(String(t), x(t), bottom + 8);
    }
    context.save();
    context.beginPath();
    context.rect(left, top - 2, right - left + 2, bottom - top + 4);
    context.clip();
    context.lineWidth = 2;
    context.lineJoin = 'bevel';
    for (const { values, length, colour, dash } of series) {
      context.strokeStyle = colour;
      context.setLineDash(dash);
      context.beginPath();
      let isDown = false;
      for (let t = 0; t <= Math.min(length, at); t += 1) {
        const value = values(t);
        const shows = Number.isFinite(value) && (!isLog || value > 0);
        if (shows) context[isDown ? 'lineTo' : 'moveTo'](x(t), y(value));
        isDown = shows;
      }
      context.stroke();
    }
    context.setLineDash([]);
    context.restore();
    context.strokeStyle = ink;
    context.lineWidth = 1;
    context.globalAlpha = 0.5;
    context.beginPath();
    context.moveTo(x(at), top);
    context.lineTo(x(at), bottom);
    context.stroke();
    context.globalAlpha = 1;
    return { left, right };
  };

  return { draw };
})();
