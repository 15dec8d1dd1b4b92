// A panel for the base and each adapter that answered within the hour; the others by name, with what is known of their training.

const SHORTEST_TREND = 10; // minutes
const panels = new Map();

function showAdapters(state) {
    const answering = state.adapters.filter((adapter) => adapter.num_answers > 0);
    const base = state.adapters[0];
    const shared = {
        state,
        base,
        scale: chooseScale(answering),
        highest: Math.ceil(10 * Math.max(...answering.flatMap((adapter) => toShares(adapter.bands)), 0.1)) / 10,
        numMinutes: Math.min(60, Math.max(SHORTEST_TREND, Math.ceil((state.now - state.started) / 60))),
    };
    const names = new Set(answering.map((adapter) => adapter.name));
    for (const [name, panel] of panels) {
        if (names.has(name)) continue;
        panel.element.remove();
        panels.delete(name);
    }
    answering.forEach((adapter, index) => {
        if (!panels.has(adapter.name)) panels.set(adapter.name, makePanel());
        const panel = panels.get(adapter.name);
        updatePanel(panel, adapter, shared);
        const there = find("panels").children[index] ?? null;
        if (there !== panel.element) find("panels").insertBefore(panel.element, there);
    });
    find("no-answers").hidden = answering.length > 0;
    find("figures").hidden = answering.length === 0;
    refill(find("idle"), ...makeIdle(state.adapters.filter((adapter) => adapter.loaded && adapter.num_answers === 0)));
    if (find("figures").open) showTables(state, answering);
}

function makePanel() {
    const who = make("div", { class: "who" });
    const trend = makeChart("trend", "Mean score by minute");
    const distribution = makeChart("distribution", "Share of answers by score");
    const flags = make("div", { class: "flags" });
    return { element: make("article", { class: "card panel" }, who, trend.element, distribution.element, flags), who, trend, distribution, flags };
}

function updatePanel(panel, adapter, { state, base, scale, highest, numMinutes }) {
    const isBase = adapter.name === null;
    const created = adapter.loaded?.created ?? 0;
    refill(
        panel.who,
        make("h3", { text: adapter.name ?? state.model }),
        make("p", { class: "mean" }, spellNumber(adapter.mean_score), make("small", { text: ` mean of ${spellCount(adapter.num_answers, "answer")}` })),
        ...(isBase ? [] : [makeDifference(adapter, base)]),
        make("p", { class: "origin", text: describeOrigin(adapter, state.now) }),
        ...makeTraining(adapter.loaded),
    );
    drawTrend(panel.trend.plot, {
        own: adapter.minutes,
        base: isBase ? [] : base.minutes,
        scale,
        numMinutes,
        loadedAge: created > state.started ? (state.now - created) / 60 : null,
    });
    drawDistribution(panel.distribution.plot, { own: adapter.bands, base: isBase || !base.num_answers ? null : base.bands, bands: state.bands, highest });
    refill(panel.flags, ...makeFlagCounts(adapter));
}

function makeDifference(adapter, base) {
    if (base.mean_score === null) return make("p", { class: "quiet", text: "the base has not answered" });
    const difference = adapter.mean_score - base.mean_score;
    const kind = difference > 0.5 ? "better" : difference < -0.5 ? "worse" : null;
    return make("p", { class: kind, text: `${spellSigned(difference)} against the base` });
}

function describeOrigin(adapter, now) {
    if (adapter.name === null) return "the base";
    if (adapter.loaded === null) return adapter.name.includes(",") ? "adapters together, their updates added up" : "not loaded any more";
    const { format, rank, scale, digest, created, num_running, state } = adapter.loaded;
    const running = state === "evicted" ? "; made way for others, loaded again when it is asked for" : num_running ? `; ${num_running} running` : "";
    return `${format}, rank ${rank}, scale ${spellNumber(scale)}; ${digest.slice(0, 15)}; loaded ${spellMoment(created, now)}${running}`;
}

function makeFlagCounts(adapter) {
    const head = make("h4", { text: "Degeneration" });
    if (adapter.flags.length === 0) return [head, make("p", { class: "quiet", text: `no flags in ${spellCount(adapter.num_answers, "answer")}` })];
    const items = adapter.flags.map((count) =>
        make("li", {}, makeFlag(count), make("span", { class: "count", text: `${count.num_answers} · ${spellShare(count.num_answers, adapter.num_answers)}` })));
    const hard = make("p", { class: "quiet", text: `${spellShare(adapter.num_hard, adapter.num_answers)} with a hard flag` });
    return [head, make("ul", {}, ...items), hard];
}

function makeIdle(adapters) {
    if (adapters.length === 0) return [];
    const names = joinWords(adapters.map((adapter) => `${adapter.name} (rank ${adapter.loaded.rank}, ${adapter.loaded.format})`));
    const trained = adapters
        .map((adapter) => [make("strong", { text: adapter.name }), ...makeTraining(adapter.loaded)])
        .filter((parts) => parts.length > 1)
        .map((parts) => make("li", {}, ...parts));
    return [
        make("p", { text: `Served, without an answer in the last hour: ${names}.` }),
        ...(trained.length ? [make("ul", {}, ...trained)] : []),
    ];
}
