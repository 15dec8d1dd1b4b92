// The charts' figures as tables, for those who cannot see or want to copy them.

function fillTable(id, caption, heads, rows) {
    const head = make("thead", {}, make("tr", {}, ...heads.map((text, index) => make("th", { scope: "col", class: index ? "number" : null, text }))));
    const lines = rows.map(([name, ...cells]) =>
        make("tr", {}, make("th", { scope: "row", text: name }), ...cells.map((text) => make("td", { class: "number", text }))));
    refill(find(id), make("caption", { id: `${id}-caption`, text: caption }), head, make("tbody", {}, ...lines));
}

function showTables(state, adapters) {
    const names = adapters.map((adapter) => adapter.name ?? state.model);
    const bands = ["Adapter", "Answers", "Mean", ...state.bands.map(spellBand)];
    const byBand = adapters.map((adapter, index) =>
        [names[index], WHOLE.format(adapter.num_answers), spellNumber(adapter.mean_score, HUNDREDTHS), ...adapter.bands.map((count) => WHOLE.format(count))]);
    const ages = [...new Set(adapters.flatMap((adapter) => adapter.minutes.map((minute) => minute.age)))].sort((one, other) => one - other);
    const byMinute = ages.map((age) => [spellAge(age), ...adapters.map((adapter) => spellMinute(adapter.minutes.find((minute) => minute.age === age)))]);
    fillTable("by-band", "Answers of the last hour by score", bands, byBand);
    fillTable("by-minute", "Mean score by minute (number of answers)", ["Minute", ...names], byMinute);
}

function spellMinute(minute) {
    return minute ? `${spellNumber(minute.mean_score, HUNDREDTHS)} (${minute.num_answers})` : NO_VALUE;
}
