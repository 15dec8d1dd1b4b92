// The row of figures at the top.

const RATE_SECONDS = 10; // over which the rate is averaged

function showTiles(state) {
    const total = (field) => state.adapters.reduce((sum, adapter) => sum + adapter[field], 0);
    const numAnswers = total("num_answers");
    const rate = state.tokens_by_second.slice(-RATE_SECONDS - 1, -1).reduce((sum, count) => sum + count, 0) / RATE_SECONDS;
    refill(
        find("tiles"),
        makeTile("Answers", [WHOLE.format(numAnswers)], `last hour; ${state.num_running} running, ${state.num_waiting} waiting`),
        makeTile("With a hard flag", [numAnswers ? spellShare(total("num_hard"), numAnswers) : NO_VALUE], `last hour: ${total("num_hard")}; soft ones only: ${total("num_soft")}`),
        makeTile("Throughput", [spellNumber(rate), makeUnit("tokens/s")], makeSparkline(state.tokens_by_second.slice(0, -1)), "over the last minute"),
        makeTimeTile("First token", state.first_token_s),
        makeTimeTile("Whole answer", state.duration_s),
    );
}

function makeTimeTile(name, quantiles) {
    if (quantiles === null) return makeTile(name, [NO_VALUE], "no answers yet");
    const [number, unit] = spellSeconds(quantiles.median).split(" ");
    return makeTile(name, [number, makeUnit(unit)], `median; 95 % within ${spellSeconds(quantiles.p95)}`);
}

function makeTile(name, value, ...notes) {
    return make("div", {}, make("dt", { text: name }), make("dd", {}, ...value), make("dd", {}, ...notes));
}

function makeUnit(text) {
    return make("span", { class: "unit", text: ` ${text}` });
}
