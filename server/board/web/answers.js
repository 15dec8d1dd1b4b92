// The last answers, the newest first: scores and flags, and their text only where the server may show it.

const NUM_FIRST = 20; // shown before all are asked for; answers.css hides the others
const MAX_KEPT = 200;
const PREVIEW_CHARS = 200;
const GAUGE_LOW = -20;
const GAUGE_HIGH = 40;

function showAnswers(state) {
    const table = find("answers");
    // A body an answer: rows that are there stay, with what is open or selected in them.
    table.tHead.after(...state.answers.map((answer) => makeAnswer(answer, state.model)));
    while (table.tBodies.length > MAX_KEPT) table.tBodies[MAX_KEPT].remove();
    const numShown = table.tBodies.length;
    say(find("answers-note"), numShown ? describeAnswers(state, numShown) : "none since the server started");
    find("answers-card").hidden = numShown === 0;
    const more = find("more");
    more.hidden = numShown <= NUM_FIRST;
    say(more, table.classList.contains("is-whole") ? `Show ${NUM_FIRST}` : `Show all ${numShown}`);
}

function describeAnswers(state, numShown) {
    const text = state.shows_text ? "the start of their text is shown" : "their text is not kept";
    return `${numShown === state.num_answers ? "all" : `the last ${numShown} of ${WHOLE.format(state.num_answers)}`} since the server started; ${text}`;
}

function clearAnswers() {
    for (const body of [...find("answers").tBodies]) body.remove();
}

function toggleAnswers() {
    const isWhole = find("answers").classList.toggle("is-whole");
    find("more").setAttribute("aria-expanded", String(isWhole));
    say(find("more"), isWhole ? `Show ${NUM_FIRST}` : `Show all ${find("answers").tBodies.length}`);
}

function makeAnswer(answer, model) {
    const dimensions = Object.entries(answer.dimensions).map(([name, value]) => `${name} ${spellNumber(value)}`).join(", ");
    const flags = listDistinct(answer.flags).map(makeFlag);
    if (answer.stopped_by !== null) flags.push(make("span", { class: "quiet", text: spellStop(answer.stopped_by) }));
    const row = make("tr", {},
        make("td", {}, make("time", { datetime: new Date(1000 * answer.time).toISOString(), text: spellTime(answer.time) })),
        make("td", { class: "who", text: answer.adapter ?? model }),
        make("td", { class: "number score-cell" }, makeGauge(answer.lek_score), make("span", { text: spellNumber(answer.lek_score) })),
        make("td", { class: "wide quiet", text: dimensions || "every dimension 0" }),
        make("td", { class: "flag-cell" }, ...(flags.length ? flags : [make("span", { class: "quiet none", text: "none" })])),
        make("td", { class: "number medium", text: WHOLE.format(answer.num_tokens) }),
        make("td", { class: "number medium", text: HUNDREDTHS.format(answer.duration_s) }),
    );
    return make("tbody", { id: answer.id }, row, answer.text === null ? null : makeTextRow(answer));
}

function makeGauge(score) {
    const share = (value) => (Math.min(GAUGE_HIGH, Math.max(GAUGE_LOW, value)) - GAUGE_LOW) / (GAUGE_HIGH - GAUGE_LOW);
    const [zero, end] = [share(0), share(score)];
    const bar = place(make("i"), { left: Math.min(zero, end), width: Math.abs(end - zero) });
    return make("span", { class: score < 0 ? "gauge negative" : "gauge", "aria-hidden": "true" }, bar, place(make("b"), { left: zero }));
}

function makeTextRow(answer) {
    const characters = [...answer.text];
    const text = make("p", {}, ...markFlag(characters, answer.flags), answer.is_text_cut ? "…" : "");
    const preview = make("span", { class: "preview", text: `: ${characters.slice(0, PREVIEW_CHARS).join("")}` });
    const details = make("details", {}, make("summary", {}, "Text", preview), text);
    return make("tr", { class: "text-row" }, make("td", { colspan: "7" }, details));
}

/** Give an answer's text with the stretch marked that its gravest flag names. `characters` are code points, as the flags count. */
function markFlag(characters, flags) {
    const placed = flags.filter((flag) => flag.start !== null && flag.start < characters.length);
    const flag = placed.find((one) => one.tier === "hard") ?? placed[0];
    if (!flag) return [characters.join("")];
    const here = make("span", { class: `flag here ${flag.tier}`, text: `${flag.flag} begins` });
    const marked = make("mark", { class: flag.tier }, here, characters.slice(flag.start).join(""));
    return [characters.slice(0, flag.start).join(""), marked];
}
