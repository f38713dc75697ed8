// diagrams.mjs: draws Mermaid's diagrams as SVG. Each line of standard input is the source of one, as
// a JSON string; its answer is a line {"drawings": [SVG, …], "says": "…"} or {"error": "…"}.
//
// Of a flowchart beautiful-mermaid reads the language, and Graphviz, which is told only how large
// things are, says where they lie. What is drawn has the classes of docs/images/*.svg, so that
// book.css colours all figures of the book alike. There is a second drawing where the first is too
// wide for a phone. Other kinds of diagrams are drawn by beautiful-mermaid as well; its flowcharts
// join edges, so that one no longer sees which of them leads where. What it doesn't know has no
// drawings at all.
import { createInterface } from "node:readline";
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { parseMermaid, renderMermaidSVG } from "beautiful-mermaid";

const SIZE = 13; // px of a label, as drawn
const LEAST = 11 / SIZE; // to what a drawing may be made smaller: nothing that is under 11 px is read
const COLUMN = 688 / LEAST; // px: the text's column on a wide screen
const PHONE = 356 / LEAST; // px: the same where the window has 390
const LINE = 18; // px between the lines of a label
const MARGIN = 4;

const least = (width) => ` style="min-width:${Math.ceil(width * LEAST)}px"`;
const escaped = (text) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const rounded = (number) => String(Math.round(number * 10) / 10);

// About how wide a text is in the fonts that readers have: East Asian characters are square.
function widthOf(text, size = SIZE) {
  let ems = 0;
  for (const character of text) {
    if (character.codePointAt(0) > 0x2e7f) ems += 1;
    else ems += /[A-Zmw_]/.test(character) ? 0.7 : 0.6;
  }
  return ems * size;
}

// A label is read with patterns that know no quotes, so what is within them goes as Mermaid's own
// entities (#40; is a parenthesis), and comes back as text.
const hidden = (source) =>
  source.replace(/"([^"\n]*)"/g, (_, label) =>
    `"${label.replace(/<br ?\/?>/g, "\n").replace(/[^\p{L}\p{N} ]/gu, (one) => `#${one.codePointAt(0)};`)}"`);
const shown = (label) =>
  label.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/#quot;/g, '"').split("\n");

function box({ label, shape }) {
  const width = Math.max(...label.map((line) => widthOf(line))) + 22;
  const height = LINE * label.length + 14;
  if (shape === "diamond") return [width * 1.4 + 12, height * 1.9];
  if (shape === "circle") return [Math.max(width, height), Math.max(width, height)];
  return [width, shape === "cylinder" ? height + 10 : height];
}

// Room for a text of ours, as a label of Graphviz's.
const room = (width, height) =>
  `<<table border="0" fixedsize="true" width="${Math.ceil(width)}" height="${height}"><tr><td></td></tr></table>>`;

function described(graph, direction, backwards) {
  const names = new Map([...graph.nodes.keys()].map((id, at) => [id, `n${at}`]));
  const lines = [
    `digraph { rankdir=${direction}; nodesep=0.24; ranksep=${/TB|BT/.test(direction) ? 0.36 : 0.5};`,
    `node [label="", shape=box, fixedsize=true]; edge [arrowsize=0.6];`,
  ];
  const placed = new Set();
  const inOrder = (list) => (backwards ? [...list].reverse() : list);
  const node = (id) => {
    if (placed.has(id) || !graph.nodes.has(id)) return;
    placed.add(id);
    const [width, height] = graph.nodes.get(id).box;
    lines.push(`${names.get(id)} [width=${width / 72}, height=${height / 72}];`);
  };
  const group = (one) => {
    lines.push(`subgraph cluster_${one.at} { margin=12; labeljust=l; label=${room(widthOf(one.label[0], SIZE) + 12, LINE)};`);
    inOrder(one.nodeIds).forEach(node);
    inOrder(one.children).forEach(group);
    lines.push("}");
  };
  inOrder(graph.subgraphs).forEach(group);
  inOrder([...graph.nodes.keys()]).forEach(node);
  for (const edge of graph.edges) {
    const head = edge.hasArrowEnd ? "forward" : "none";
    const both = edge.hasArrowStart ? (edge.hasArrowEnd ? "both" : "back") : head;
    const label = edge.label?.length
      ? `, label=${room(Math.max(...edge.label.map((line) => widthOf(line, 11.5))) + 8, 16 * edge.label.length)}`
      : "";
    lines.push(`${names.get(edge.source)} -> ${names.get(edge.target)} [dir=${both}${label}];`);
  }
  return [...lines, "}"].join("\n");
}

const numbers = (text) => text.split(/[ ,]/).map(Number);

// How many pairs of what stands beside each other are not in the order of the source.
function disorder(laid, direction) {
  const across = /TB|BT/.test(direction) ? 0 : 1;
  let pairs = 0;
  const each = laid.order.map((place) => (across ? -place[1] : place[0]));
  each.forEach((one, at) => each.slice(at + 1).forEach((later) => (pairs += later < one - 1 ? 1 : 0)));
  return pairs;
}

function laidOut(graph, direction) {
  const found = [false, true].map((backwards) => {
    const laid = JSON.parse(graphviz.layout(described(graph, direction, backwards), "json0", "dot"));
    const objects = new Map((laid.objects ?? []).map((one) => [one.name, one]));
    const places = [...graph.nodes.keys()].map((_, at) => numbers(objects.get(`n${at}`).pos));
    return { laid, objects, order: places, direction };
  });
  return found.sort((a, b) => disorder(a, direction) - disorder(b, direction))[0];
}

const sizeOf = ({ laid }) => numbers(laid.bb).slice(2).map((side) => side + 2 * MARGIN);

function shapeOf(shape, x, y, [width, height]) {
  const [left, top] = [x - width / 2, y - height / 2].map(rounded);
  const [w, h] = [width, height].map(rounded);
  if (shape === "diamond") {
    const [a, b] = [width / 2, height / 2].map(rounded);
    return `<path class="box" d="M${rounded(x)} ${top}l${a} ${b}l-${a} ${b}l-${a} -${b}z"/>`;
  }
  if (shape === "cylinder") {
    const [a, sides] = [rounded(width / 2), rounded(height - 10)];
    return `<path class="box" d="M${left} ${rounded(y - height / 2 + 5)}a${a} 5 0 0 1 ${w} 0v${sides}a${a} 5 0 0 1 -${w} 0zv0a${a} 5 0 0 0 ${w} 0"/>`;
  }
  const round = ["rounded", "stadium", "circle"].includes(shape) ? rounded(height / 2) : "4";
  return `<rect class="box" x="${left}" y="${top}" width="${w}" height="${h}" rx="${round}"/>`;
}

function text(lines, x, y, step, kind = "") {
  const first = y - ((lines.length - 1) * step) / 2 + SIZE * 0.36;
  return lines
    .map((line, at) => `<text${kind} x="${rounded(x)}" y="${rounded(first + at * step)}">${escaped(line)}</text>`)
    .join("");
}

function arrow([tipX, tipY], [fromX, fromY]) {
  const [dx, dy] = [tipX - fromX, tipY - fromY];
  const [a, b] = [-dy * 0.42, dx * 0.42];
  const points = [[tipX, tipY], [fromX + a, fromY + b], [fromX - a, fromY - b]];
  return `<path class="tip" d="M${points.map((point) => point.map(rounded).join(" ")).join("L")}z"/>`;
}

function drawn(graph, found) {
  const [width, height] = sizeOf(found);
  const at = ([x, y]) => [x + MARGIN, height - MARGIN - y];
  const parts = [];
  const group = (one) => {
    const [left, bottom, right, top] = numbers(found.objects.get(`cluster_${one.at}`).bb);
    const [x, y] = at([left, top]);
    const size = `width="${rounded(right - left)}" height="${rounded(top - bottom)}"`;
    parts.push(
      `<g class="group${one.kind}"><rect class="frame" x="${rounded(x)}" y="${rounded(y)}" ${size} rx="6"/>` +
        `${text(one.label, x + 12, y + 15, LINE, ' class="name"')}</g>`,
    );
    one.children.forEach(group);
  };
  graph.subgraphs.forEach(group);
  (found.laid.edges ?? []).forEach((edge, number) => {
    const { style, label } = graph.edges[number];
    const ends = {};
    const points = [];
    for (const word of edge.pos.split(" ")) {
      const [, end, pair] = /^(?:([se]),)?(.*)$/.exec(word);
      if (end) ends[end] = at(numbers(pair));
      else points.push(at(numbers(pair)));
    }
    const [first, ...rest] = points.map((point) => point.map(rounded).join(" "));
    parts.push(`<path class="line${style === "solid" ? "" : ` ${style}`}" d="M${first}C${rest.join(" ")}"/>`);
    if (ends.e) parts.push(arrow(ends.e, points.at(-1)));
    if (ends.s) parts.push(arrow(ends.s, points[0]));
    if (label?.length) parts.push(text(label, ...at(numbers(edge.lp)), 16, ' class="label"'));
  });
  [...graph.nodes.values()].forEach((node, number) => {
    const [x, y] = at(found.order[number]);
    parts.push(`<g class="node${node.kind}">${shapeOf(node.shape, x, y, node.box)}${text(node.label, x, y, LINE)}</g>`);
  });
  const [w, h] = [width, height].map(Math.ceil);
  return `<svg xmlns="http://www.w3.org/2000/svg" class="flow" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}"${least(w)}>${parts.join("")}</svg>`;
}

// A flowchart in words: what is in which group, and what leads where.
function says(graph) {
  const said = (label) => label.join(" ");
  const label = (id) => said(graph.nodes.get(id).label);
  const groups = (one) => [
    `${said(one.label)}（${one.nodeIds.filter((id) => graph.nodes.has(id)).map(label).join("、")}）`,
    ...one.children.flatMap(groups),
  ];
  const edges = graph.edges.map(({ source, target, label: on, hasArrowStart, hasArrowEnd }) => {
    const sign = { true: { true: "↔", false: "→" }, false: { true: "←", false: "―" } };
    return `${label(source)} ${sign[hasArrowEnd][hasArrowStart]} ${label(target)}${on.length ? `（${said(on)}）` : ""}`;
  });
  const linked = new Set(graph.edges.flatMap(({ source, target }) => [source, target]));
  const grouped = new Set(graph.subgraphs.flatMap((one) => one.nodeIds));
  const alone = [...graph.nodes.keys()].filter((id) => !linked.has(id) && !grouped.has(id));
  return [...graph.subgraphs.flatMap(groups), ...edges, ...alone.map(label)].join("、");
}

function flowchart(source) {
  const graph = parseMermaid(hidden(source));
  const kindOf = (id) => (graph.classAssignments.has(id) ? ` ${graph.classAssignments.get(id)}` : "");
  const groups = [];
  const prepare = (one) => {
    Object.assign(one, { at: groups.length, label: shown(one.label), kind: kindOf(one.id) });
    groups.push(one.label);
    one.children.forEach(prepare);
  };
  graph.subgraphs.forEach(prepare);
  for (const node of graph.nodes.values()) {
    Object.assign(node, { label: shown(node.label), kind: kindOf(node.id) });
    node.box = box(node);
  }
  for (const edge of graph.edges) edge.label = edge.label ? shown(edge.label) : [];
  const all = [...graph.nodes.values(), ...graph.edges].map(({ label }) => label);
  const read = new Set([...all, ...groups].map((label) => label.join("\n")));
  for (const [, label] of hidden(source).matchAll(/"(.*?)"/g)) {
    const whole = shown(label).join("\n");
    if (!read.has(whole)) throw new Error(`what belongs to the label "${whole}" can't be read`);
  }
  const declared = graph.direction === "TD" ? "TB" : graph.direction;
  const turned = /TB|BT/.test(declared) ? "LR" : "TB";
  const both = [declared, turned].map((direction) => laidOut(graph, direction));
  const fitting = (limit) =>
    both.find((one) => sizeOf(one)[0] <= limit) ??
    both.reduce((a, b) => (sizeOf(b)[0] < sizeOf(a)[0] ? b : a));
  const wide = fitting(COLUMN);
  const narrow = fitting(PHONE);
  const drawings = [...new Set([wide, narrow])].map((one) => drawn(graph, one));
  return { drawings, says: says(graph) };
}

// What beautiful-mermaid draws, without its style sheet, which asks another host for fonts.
function other(source) {
  const svg = renderMermaidSVG(source, { transparent: true })
    .replace(/<style>[^]*?<\/style>/, "")
    .replace(/^(<svg\b[^>]* width="([\d.]+)"[^>]*?) style="[^"]*"/, (_, head, width) =>
      `${head} class="other" style="min-width:${Math.ceil(width)}px"`);
  const said = [...svg.matchAll(/<text\b[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  return { drawings: [svg], says: said.join("、") };
}

const KNOWN = /^\s*(?:%%.*\n\s*)*(?:(flowchart|graph)|sequenceDiagram|stateDiagram|classDiagram|erDiagram|xychart)\b/;

const graphviz = await Graphviz.load();
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const source = JSON.parse(line);
    const kind = KNOWN.exec(source);
    if (!kind) answer = { drawings: [], says: "" };
    else answer = kind[1] ? flowchart(source) : other(source);
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
