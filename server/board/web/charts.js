// Charts. The SVG is stretched to its place, so it holds lines and bars only; words stand beside it as HTML.

const LONGEST_GAP = 5; // minutes without an answer over which a line still runs on

function makeSvg() {
    return draw("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" });
}

/** Make a chart: a caption, and a plot that has a text for those who do not see it. */
function makeChart(kind, caption) {
    const plot = make("div", { class: "plot", role: "img" });
    const element = make("figure", { class: `chart ${kind}` }, make("figcaption", { text: caption }), plot, make("div", { class: "below" }));
    return { element, plot };
}

/** Choose the bounds and ticks of the scores' axis, shared by all trends so that they can be compared. */
function chooseScale(adapters) {
    const means = adapters.flatMap((adapter) => adapter.minutes.map((minute) => minute.mean_score));
    const low = Math.min(0, ...means);
    const high = Math.max(10, ...means);
    const step = [5, 10, 20, 50].find((size) => (high - low) / size <= 4) ?? 100;
    const first = Math.floor(low / step);
    const count = Math.ceil(high / step) - first;
    const ticks = Array.from({ length: count + 1 }, (_, index) => step * (first + index));
    return { low: ticks[0], high: ticks.at(-1), ticks };
}

/** Draw means by minute: the adapter's own as a line with dots, the base's dashed. `loadedAge` marks when its version was loaded. */
function drawTrend(plot, { own, base, scale, numMinutes, loadedAge }) {
    const x = (age) => 100 * (1 - age / numMinutes);
    const y = (score) => (100 * (scale.high - score)) / (scale.high - scale.low);
    const within = (minutes) => minutes.filter((minute) => minute.age <= numMinutes).map((minute) => ({ ...minute, x: x(minute.age), y: y(minute.mean_score) }));
    const svg = makeSvg();
    for (const tick of scale.ticks) svg.append(draw("line", { class: tick === 0 ? "zero-line" : "grid-line", x1: 0, x2: 100, y1: y(tick), y2: y(tick) }));
    if (loadedAge !== null && loadedAge <= numMinutes) svg.append(draw("line", { class: "load-line", x1: x(loadedAge), x2: x(loadedAge), y1: 0, y2: 100 }));
    svg.append(draw("path", { class: "base-line", d: traceLine(within(base)) }), draw("path", { class: "own-line", d: traceLine(within(own)) }));
    for (const point of within(own)) {
        // A line of no length has round ends: a dot that is not stretched.
        const words = `${spellAge(point.age)}: ${spellNumber(point.mean_score)}, ${spellCount(point.num_answers, "answer")}`;
        svg.append(draw("path", { class: "own-dot", d: `M${point.x} ${point.y}h0` }, draw("title", {}, words)));
    }
    const ticks = scale.ticks.map((tick) => place(make("span", { class: "axis-y", text: spellNumber(tick) }), { top: y(tick) / 100 }));
    const start = make("span", { class: "axis-x first", text: `${numMinutes} min ago` });
    const end = place(make("span", { class: "axis-x last", text: "now" }), { left: 1 });
    refill(plot, svg, ...ticks, start, end);
    plot.setAttribute("aria-label", describeTrend(within(own), within(base), numMinutes));
}

function traceLine(points) {
    return points.map((point, index) => {
        const goesOn = index > 0 && points[index - 1].age - point.age <= LONGEST_GAP;
        return `${goesOn ? "L" : "M"}${point.x} ${point.y}`;
    }).join("");
}

function describeTrend(own, base, numMinutes) {
    if (own.length === 0) return `Mean score by minute, last ${numMinutes} minutes: none.`;
    const means = own.map((point) => point.mean_score);
    const range = `between ${spellNumber(Math.min(...means))} and ${spellNumber(Math.max(...means))}`;
    const now = `last ${spellNumber(means.at(-1))}, ${spellAge(own.at(-1).age)}`;
    const beside = base.length ? `; the base's last is ${spellNumber(base.at(-1).mean_score)}` : "";
    return `Mean score by minute, last ${numMinutes} minutes: ${range}, ${now}${beside}.`;
}

/** Draw the share of answers in each band as bars, the base's shares as steps over them. */
function drawDistribution(plot, { own, base, bands, highest }) {
    const width = 100 / bands.length;
    const ownShares = toShares(own);
    const svg = makeSvg();
    ownShares.forEach((share, index) => {
        const height = (100 * share) / highest;
        const words = `${spellBand(bands[index])}: ${spellCount(own[index], "answer")}, ${spellShare(share, 1)}`;
        // The whole column answers the pointer, however low its bar.
        const column = draw("rect", { x: index * width, y: 0, width, height: 100, fill: "transparent" }, draw("title", {}, words));
        const bar = draw("rect", { class: "bar", x: index * width + 1, y: 100 - height, width: width - 2, height, "pointer-events": "none" });
        svg.append(column, bar);
    });
    svg.append(draw("line", { class: "zero-line", x1: 0, x2: 100, y1: 100, y2: 100 }));
    if (base !== null) {
        const steps = toShares(base).map((share, index) => `V${100 - (100 * share) / highest}H${(index + 1) * width}`);
        svg.append(draw("path", { class: "base-line", d: `M0 100${steps.join("")}V100`, "pointer-events": "none" }));
    }
    const bounds = bands.slice(1).map((band) => band.split("..")[0].replace("-", "−"));
    const ticks = bounds.map((bound, index) => place(make("span", { class: "axis-x", text: bound }), { left: (index + 1) / bands.length }));
    const top = make("span", { class: "axis-y", text: spellShare(highest, 1) });
    refill(plot, svg, top, place(make("span", { class: "axis-y", text: "0 %" }), { top: 1 }), ...ticks);
    const parts = bands.flatMap((band, index) => (own[index] ? [`${spellBand(band)}: ${spellShare(ownShares[index], 1)}`] : []));
    plot.setAttribute("aria-label", `Share of answers by score: ${parts.join(", ")}.`);
}

function toShares(counts) {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => (total ? count / total : 0));
}

/** Make a line of the last seconds' counts. */
function makeSparkline(counts) {
    const highest = Math.max(1, ...counts);
    const points = counts.map((count, index) => `${(100 * index) / (counts.length - 1)} ${100 - (100 * count) / highest}`);
    const svg = makeSvg();
    svg.setAttribute("class", "sparkline");
    svg.append(draw("path", { d: `M${points.join("L")}` }));
    return svg;
}
