// The box to try a prompt in: base and adapter are asked at once, and their answers come in side by side.

let running = null; // the AbortController of the question that is being answered

function showModels(state) {
    const names = [state.model, ...state.adapters.filter((adapter) => adapter.loaded).map((adapter) => adapter.name)];
    fillChoice(find("left-model"), names, names[0]);
    fillChoice(find("right-model"), names, names[1] ?? names[0]);
}

function fillChoice(select, names, usual) {
    const there = [...select.options].map((option) => option.value);
    if (there.length === names.length && there.every((name, index) => name === names[index])) return;
    const chosen = names.includes(select.value) ? select.value : usual;
    select.replaceChildren(...names.map((name) => make("option", { value: name, text: name })));
    select.value = chosen;
}

async function compare(event) {
    event.preventDefault();
    if (running) return;
    running = new AbortController();
    setBusy(true);
    const replies = [find("left-model").value, find("right-model").value].map(makeReply);
    find("replies").replaceChildren(...replies.map((reply) => reply.element));
    say(find("try-status"), `Asking ${joinWords(replies.map((reply) => reply.model))}.`);
    try {
        await Promise.all(replies.map((reply) => fillReply(reply, running.signal)));
    } finally {
        running = null;
        setBusy(false);
    }
    showDifference(...replies);
    say(find("try-status"), replies.map((reply) => `${reply.model}: ${reply.outcome}`).join(" "));
}

function setBusy(isBusy) {
    const [over, next] = isBusy ? [find("ask"), find("stop")] : [find("stop"), find("ask")];
    next.disabled = false;
    if (document.activeElement === over) next.focus(); // else it would be lost
    over.disabled = true;
}

function makeReply(model) {
    const parts = {
        score: make("p", { class: "score" }),
        text: make("div", { class: "text", tabindex: "0", role: "group", "aria-label": `Answer of ${model}`, "aria-busy": "true" }),
        flags: make("ul"),
        dimensions: make("dl"),
        end: make("p", { class: "end", text: "waiting for the first token" }),
        fault: make("p", { class: "fault", role: "alert" }),
    };
    const head = make("header", {}, make("h3", { text: model }), parts.score);
    const element = make("article", { class: "card reply", "aria-label": model }, head, parts.text, parts.flags, parts.dimensions, parts.end, parts.fault);
    return { model, element, parts, text: "", score: null, outcome: "" };
}

async function fillReply(reply, signal) {
    const { parts } = reply;
    const request = {
        model: reply.model,
        messages: [{ role: "user", content: find("prompt").value }],
        temperature: find("temperature").valueAsNumber,
        max_tokens: find("max-tokens").valueAsNumber,
    };
    const began = performance.now();
    try {
        const last = await streamAnswer(request, signal, (piece) => {
            reply.text += piece;
            parts.text.append(piece);
            say(parts.end, "answering");
        });
        showScores(reply, last, (performance.now() - began) / 1000);
    } catch (fault) {
        showFault(reply, fault, signal);
    } finally {
        parts.text.setAttribute("aria-busy", "false");
    }
}

function spellEnding(stoppedBy, reason) {
    if (stoppedBy && reason === "stop") return `${spellStop(stoppedBy)} at ${stoppedBy}`;
    if (stoppedBy) return spellStop(stoppedBy);
    return reason === "length" ? "cut off at the limit" : "ended by itself";
}

function showScores(reply, last, seconds) {
    const { parts } = reply;
    const { usage, metadata } = last;
    const { finish_reason: reason, scores } = last.choices[0];
    const numTokens = usage.completion_tokens;
    const ending = spellEnding(metadata.stopped_by, reason);
    say(parts.end, `${spellCount(numTokens, "token")} in ${spellSeconds(seconds)}, ${spellNumber(numTokens / seconds)} tokens/s; ${ending}`);
    if (!scores) {
        reply.outcome = "answered, but could not be scored.";
        say(parts.fault, "This answer could not be scored; the server's log says why.");
        return;
    }
    const flags = scores.degeneration.flags;
    reply.score = scores.lek_score;
    reply.outcome = `${spellNumber(scores.lek_score)}, ${flags.length ? joinWords(listDistinct(flags).map((flag) => flag.flag)) : "no flags"}.`;
    parts.score.replaceChildren(spellNumber(scores.lek_score), make("small", { class: "quiet", text: ` ${scores.scorer}` }));
    parts.text.replaceChildren(...markFlag([...reply.text], flags.map((flag) => ({ start: null, ...flag }))));
    parts.flags.replaceChildren(...(flags.length ? flags.map(describeFlag) : [make("li", { class: "quiet", text: "no flags" })]));
    const dimensions = Object.entries(scores.heuristic).filter(([, value]) => value !== 0);
    parts.dimensions.replaceChildren(...dimensions.map(([name, value]) => make("div", {}, make("dt", { text: name }), make("dd", { text: spellNumber(value) }))));
}

function describeFlag(flag) {
    const unit = flag.unit ? `“${flag.unit}”` : null;
    const words = [flag.tier];
    if (Number.isFinite(flag.start)) words.push(`from character ${WHOLE.format(flag.start)}`);
    if (Number.isFinite(flag.copies)) words.push(`${spellNumber(flag.copies)} copies${unit ? ` of ${unit}` : ""}`);
    else if (unit) words.push(unit);
    return make("li", {}, make("span", { class: `flag ${flag.tier}`, text: flag.flag }), ` ${words.join(", ")}`);
}

function showFault(reply, fault, signal) {
    const { parts } = reply;
    if (signal.aborted) {
        reply.outcome = "stopped.";
        say(parts.end, "stopped here; an answer that is not whole has no score");
        return;
    }
    if (!(fault instanceof Refusal)) throw fault;
    reply.outcome = "failed.";
    say(parts.end, reply.text ? "not whole, so it has no score" : "");
    say(parts.fault, fault.message);
    if (fault.wantsKey) askForKey(fault.message);
}

function showDifference(left, right) {
    if (left.score === null || right.score === null || left.model === right.model) return;
    const difference = right.score - left.score;
    const kind = difference > 0.5 ? "better" : difference < -0.5 ? "worse" : "quiet";
    const words = difference === 0 ? `the same as ${left.model}` : `${spellSigned(difference)} against ${left.model}`;
    right.parts.score.append(make("small", { class: kind, text: ` ${words}` }));
}
