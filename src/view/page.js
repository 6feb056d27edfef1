/* Draws the curves of a page from its numbers. x is a place on the axis that the reader has
 * chosen: steps, tokens or hours; all pictures show the same part of it. */
const page = JSON.parse(document.getElementById('numbers').textContent);
const height = 230, left = 58, right = 10, top = 10, bottom = 24;
const hidden = new Set(); // runs that the reader has switched off
let axis = page.axis, part = null; // the part of the axis that is shown; null: all
const several = page.runs.length > 1;

function tag(name, attributes, parent) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  if (parent) parent.append(made);
  return made;
}

function element(name, parent, text, kind) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  parent.append(made);
  return made;
}

const colour = i => `var(--c${i % 7})`;

/* The last place in a growing list whose number is not above the value; 0 where all are. */
function find(list, value) {
  let low = 0, high = list.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle; else high = middle;
  }
  return low;
}

/* Where a step of a run is on the axis. */
function place(run, step) {
  if (axis === 'step') return step;
  const [steps, values] = page.runs[run][axis];
  const i = find(steps, step), j = Math.min(i + 1, steps.length - 1);
  if (step <= steps[0]) return steps[0] ? values[0] * step / steps[0] : values[0];
  return i === j ? values[i] : values[i] + (values[j] - values[i]) * (step - steps[i]) / (steps[j] - steps[i]);
}

function shown(value) {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e18) return value.toExponential(3).replace('e+', 'e');
  if (size >= 1e6) return +(value / 10 ** (3 * Math.floor(Math.log10(size) / 3))).toPrecision(4) +
    ['', ' k', ' M', ' G', ' T', ' P'][Math.floor(Math.log10(size) / 3)];
  return size < 1e-3 ? value.toExponential().replace('e-', 'e−') : String(+value.toPrecision(6));
}

/* About `count` round numbers from low to high. */
function ticks(low, high, count) {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find(s => s * power >= raw) * power, list = [];
  for (let i = Math.ceil(low / step); i * step <= high * (1 + 1e-12); i++) list.push(+(i * step).toPrecision(12));
  return list;
}

/* The lines of a chart: places, values, the steps that they are of. */
function linesOf(chart) {
  const lines = [];
  chart.runs.forEach((curves, run) => {
    if (hidden.has(run) || (axis !== 'step' && !page.runs[run][axis][0].length)) return;
    Object.keys(chart.labels).filter(name => chart.labels[name]).forEach((name, i) => {
      const [steps, y] = curves[name], bounds = curves[name + '_low'] && [curves[name + '_low'][1], curves[name + '_high'][1]];
      if (steps.length) lines.push({run, name, steps, y, bounds, i, x: steps.map(step => place(run, step)),
        label: chart.labels[name], colour: colour(several ? run : i), raw: curves['smooth_' + name] !== undefined});
    });
  });
  return chart.kind === 'stack' ? stack(lines) : lines;
}

/* Each line on top of those of its run before it; of several runs the sums alone. */
function stack(lines) {
  lines.forEach((line, k) => {
    const below = lines[k - 1] && lines[k - 1].run === line.run ? lines[k - 1].top : line.y.map(() => 0);
    line.below = below;
    line.top = line.y.map((value, i) => value + (below[i] || 0));
  });
  if (!several) return lines;
  return lines.filter((line, k) => !lines[k + 1] || lines[k + 1].run !== line.run)
    .map(line => ({...line, y: line.top, i: 0, label: 'all parts', top: undefined}));
}

const reach = lines => [Math.min(...lines.map(l => l.x[0])), Math.max(...lines.map(l => l.x[l.x.length - 1]))];

/* The lowest and highest value in the part that is shown, with a little air. */
function span(lines, logarithmic, from, to) {
  let low = Infinity, high = -Infinity;
  for (const line of lines)
    line.x.forEach((x, i) => {
      if (x < from || x > to) return;
      const ends = line.top ? [0, line.top[i]] : line.bounds ? [line.bounds[0][i], line.bounds[1][i]] : [line.y[i], line.y[i]];
      if (logarithmic && ends[0] <= 0) return;
      low = Math.min(low, ends[0]);
      high = Math.max(high, ends[1]);
    });
  if (low > high) [low, high] = logarithmic ? [1, 10] : [0, 1];
  if (logarithmic) [low, high] = [Math.log10(low), Math.log10(high)];
  const air = (high - low) * .05 || Math.abs(high) * .1 || 1;
  return [low < 0 || low - air >= 0 || logarithmic ? low - air : 0, high + air];
}

/* How a chart is drawn now: the picture, its scales, its lines. */
function scales(figure, chart) {
  const lines = linesOf(chart), logarithmic = chart.kind === 'log';
  const width = Math.max(260, figure.querySelector('.plot').clientWidth);
  let [from, to] = part || (lines.length ? reach(lines) : [0, 1]);
  if (from === to) [from, to] = [from - .5, to + .5];
  const [low, high] = span(lines, logarithmic, from, to);
  return {lines, width, from, to, low, high, logarithmic,
    x: value => left + (value - from) / (to - from) * (width - left - right),
    y: value => top + (high - (logarithmic ? Math.log10(Math.max(value, 1e-300)) : value)) / (high - low) * (height - top - bottom),
    back: pixel => from + (pixel - left) / (width - left - right) * (to - from)};
}

function drawGrid(svg, s) {
  for (const value of ticks(s.low, s.high, 4)) {
    if (s.logarithmic && value % 1 && s.high - s.low > 2) continue;
    const number = s.logarithmic ? 10 ** value : value, y = s.y(number);
    tag('line', {class: 'grid', x1: left, x2: s.width - right, y1: y, y2: y}, svg);
    tag('text', {x: left - 6, y: y + 4, 'text-anchor': 'end'}, svg).textContent = shown(+number.toPrecision(3));
  }
  for (const value of ticks(s.from, s.to, s.width / 110)) {
    tag('line', {class: 'grid', x1: s.x(value), x2: s.x(value), y1: top, y2: height - bottom}, svg);
    tag('text', {x: s.x(value), y: height - 8, 'text-anchor': s.x(value) > s.width - 40 ? 'end' : 'middle'}, svg)
      .textContent = shown(value);
  }
}

const path = (s, xs, ys) => xs.map((x, i) => (i ? 'L' : 'M') + s.x(x).toFixed(1) + ' ' + s.y(ys[i]).toFixed(1)).join('');

/* Of several runs colours tell the runs, and dashes what of a run a line is. */
const dashes = line => several && line.i && !line.raw ? ['none', 'none', '6 3', '2 3'][line.i % 4] : 'none';

function drawLine(svg, s, line, dots) {
  const style = `stroke:${line.colour};stroke-dasharray:${dashes(line)}`;
  if (line.top) {
    const area = path(s, line.x, line.top) + path(s, [...line.x].reverse(), [...line.below].reverse()).replace('M', 'L');
    tag('path', {d: area + 'Z', style: `fill:${line.colour};opacity:.75`}, svg);
    return;
  }
  tag('path', {class: line.raw ? 'curve raw' : 'curve', d: path(s, line.x, line.y), style}, svg);
  if (dots || line.x.length < 30) line.x.forEach((x, i) => {
    tag('circle', {cx: s.x(x), cy: s.y(line.y[i]), r: 2.5, style: `fill:${line.colour}`}, svg);
    if (line.bounds) tag('line', {x1: s.x(x), x2: s.x(x), y1: s.y(line.bounds[0][i]), y2: s.y(line.bounds[1][i]), style}, svg);
  });
}

const marksOf = () => page.runs.flatMap((run, i) => hidden.has(i) || (axis !== 'step' && !run[axis][0].length) ? [] :
  run.marks.map(([at, kind, text]) => ({x: place(i, at), kind, run: i, text: (several ? run.name + ': ' : '') + text})));

function drawMarks(svg, s) {
  for (const mark of marksOf())
    if (mark.x >= s.from && mark.x <= s.to)
      tag('title', {}, tag('line', {class: 'mark ' + mark.kind, x1: s.x(mark.x), x2: s.x(mark.x), y1: top, y2: height - bottom,
        style: several ? `stroke:${colour(mark.run)}` : ''}, svg)).textContent = mark.text;
}

function drawSample(entry, line) {
  const svg = tag('svg', {viewBox: '0 0 28 6', width: 28, height: 6, 'aria-hidden': true}, entry);
  tag('line', {class: line.raw ? 'curve raw' : 'curve', x1: 0, x2: 28, y1: 3, y2: 3,
    style: `stroke:currentColor;stroke-dasharray:${dashes(line)}`}, svg);
}

function drawLegend(plot, chart, s) {
  const legend = element('div', plot, '', 'legend');
  const lines = s.lines.filter((line, k) => s.lines.findIndex(other => other.label === line.label) === k);
  if (lines.length < 2) return;
  for (const line of lines) {
    const entry = element('span', legend);
    if (several) drawSample(entry, line); else element('i', entry).style.background = line.colour;
    entry.append(line.label);
  }
}

function draw(figure, chart) {
  const plot = figure.querySelector('.plot'), s = scales(figure, chart), title = figure.querySelector('b').textContent;
  const svg = tag('svg', {viewBox: `0 0 ${s.width} ${height}`, role: 'img', 'aria-label': title + '; its numbers are in the table below'});
  const clip = tag('clipPath', {id: 'clip-' + chart.id}, svg);
  tag('rect', {x: left, y: 0, width: s.width - left - right, height: height - bottom}, clip);
  drawGrid(svg, s);
  const inside = tag('g', {'clip-path': `url(#clip-${chart.id})`}, svg);
  for (const line of s.lines) drawLine(inside, s, line, chart.kind === 'dots');
  drawMarks(inside, s);
  plot.replaceChildren(svg);
  drawLegend(plot, chart, s);
  element('div', plot, '', 'values').setAttribute('role', 'status');
  figure.scales = s;
  figure.inside = inside;
}

const figureOf = chart => document.getElementById(chart.id);
const drawAll = () => page.charts.forEach(chart => draw(figureOf(chart), chart));

/* What is near a place: the axis' value, each line's, and marks. */
function wordsAt(s, x) {
  const words = [], near = Math.abs(s.back(6) - s.back(0));
  for (const line of s.lines) {
    let i = find(line.x, x);
    if (i + 1 < line.x.length && line.x[i + 1] - x < x - line.x[i]) i++;
    words.push({x: line.x[i], y: (line.top || line.y)[i], colour: line.colour,
      text: `${several ? page.runs[line.run].name + ' ' : ''}${line.label} ${shown(line.y[i])} at step ${line.steps[i]}`});
  }
  const marks = marksOf().filter(mark => Math.abs(mark.x - x) < near).slice(0, 4);
  return {words, marks};
}

function show(figure, x) {
  const s = figure.scales, {words, marks} = wordsAt(s, x), box = figure.querySelector('.values');
  hide(figure);
  figure.cursor = x;
  tag('line', {class: 'cursor', x1: s.x(x), x2: s.x(x), y1: top, y2: height - bottom}, figure.inside);
  for (const word of words)
    tag('circle', {class: 'cursor', cx: s.x(word.x), cy: s.y(word.y), r: 4, style: `fill:${word.colour}`}, figure.inside);
  element('div', box, `${axis} ${shown(x)}`);
  for (const word of words) element('div', box, word.text).style.borderLeft = `.3rem solid ${word.colour}`;
  for (const mark of marks) element('div', box, mark.text);
  const scale = figure.querySelector('svg').clientWidth / s.width, at = s.x(x) * scale;
  box.style.left = at < s.width * scale / 2 ? `${at + 14}px` : '';
  box.style.right = at < s.width * scale / 2 ? '' : `${s.width * scale - at + 14}px`;
  box.style.top = `${top}px`;
}

function hide(figure) {
  figure.cursor = undefined;
  figure.querySelector('.values').replaceChildren();
  figure.querySelectorAll('.cursor').forEach(old => old.remove());
}

/* Numbers can tell no smaller parts. */
function zoom(from, to) {
  if (to - from > 1e-9 * Math.max(Math.abs(from), Math.abs(to), 1)) part = [from, to];
  drawAll();
}

function zoomAt(figure, x, factor) {
  const {from, to} = figure.scales;
  zoom(x - (x - from) * factor, x + (to - x) * factor);
}

function all() {
  part = null;
  drawAll();
}

function placeOf(figure, event) {
  const box = figure.querySelector('svg').getBoundingClientRect(), s = figure.scales;
  return Math.min(s.to, Math.max(s.from, s.back((event.clientX - box.left) * s.width / box.width)));
}

/* Hover reads, dragging chooses a part; the wheel zooms once the figure was clicked, so that it does not hold the page. */
function listenToPointer(figure) {
  const plot = figure.querySelector('.plot');
  let start = null;
  plot.addEventListener('pointerdown', event => { start = placeOf(figure, event); });
  plot.addEventListener('pointermove', event => {
    const x = placeOf(figure, event), s = figure.scales;
    show(figure, x);
    if (start !== null && event.buttons) tag('rect', {class: 'cursor chosen', x: s.x(Math.min(x, start)), y: top,
      width: Math.abs(s.x(x) - s.x(start)), height: height - top - bottom}, figure.inside);
  });
  plot.addEventListener('pointerup', event => {
    const x = placeOf(figure, event), s = figure.scales;
    if (start !== null && Math.abs(s.x(x) - s.x(start)) > 8) zoom(Math.min(x, start), Math.max(x, start));
    start = null;
  });
  plot.addEventListener('pointerleave', () => { start = null; hide(figure); });
  plot.addEventListener('dblclick', all);
  plot.addEventListener('wheel', event => {
    if (document.activeElement !== figure) return;
    event.preventDefault();
    zoomAt(figure, placeOf(figure, event), event.deltaY < 0 ? .8 : 1.25);
  }, {passive: false});
}

/* Those of all lines that are shown, from left to right. */
const pointsOf = s => [...new Set(s.lines.flatMap(line => line.x))].filter(x => x >= s.from && x <= s.to).sort((a, b) => a - b);

/* Arrows go from point to point, + and - zoom, 0 shows all. */
function listenToKeys(figure) {
  figure.addEventListener('keydown', event => {
    const s = figure.scales, points = pointsOf(s), go = i => points.length && show(figure, points[i]);
    const unread = figure.cursor === undefined, now = unread ? s.from : figure.cursor, i = unread ? -1 : find(points, now);
    const keys = {ArrowRight: () => go(Math.min(i + 1, points.length - 1)), ArrowLeft: () => go(Math.max(i - (points[i] >= now), 0)),
      Escape: () => hide(figure), '+': () => zoomAt(figure, now, .8), '-': () => zoomAt(figure, now, 1.25), 0: all};
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  figure.addEventListener('blur', () => hide(figure));
}

function choice(parent, type, checked, text, change) {
  const label = element('label', parent), input = element('input', label);
  Object.assign(input, {type, checked, name: type === 'radio' ? 'axis' : ''});
  input.addEventListener('change', () => change(input.checked));
  label.append(text);
  return label;
}

function addControls() {
  const controls = document.getElementById('controls');
  for (const name of ['step', 'tokens', 'hours'])
    if (name === 'step' || page.runs.some(run => run[name][0].length))
      choice(controls, 'radio', name === axis, name === 'step' ? 'steps' : name, () => { axis = name; all(); });
  if (several) page.runs.forEach((run, i) => {
    const label = choice(controls, 'checkbox', true, run.name, on => { hidden[on ? 'delete' : 'add'](i); drawAll(); });
    element('i', label).style.background = colour(i);
  });
  element('button', controls, 'show all').addEventListener('click', all);
  element('small', controls, 'Hover or arrow keys read values; drag, or click and turn the wheel, to zoom.');
}

if (page.charts.length) {
  addControls();
  drawAll();
  page.charts.map(figureOf).forEach(figure => { listenToPointer(figure); listenToKeys(figure); });
  addEventListener('resize', drawAll);
}
