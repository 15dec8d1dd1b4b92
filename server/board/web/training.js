// What an adapter's files tell of its training, in a line.

const RATE = new Intl.NumberFormat("en-GB", { notation: "scientific", maximumSignificantDigits: 3 });

function makeTraining(loaded) {
    const words = loaded ? spellTraining(loaded.training) : "";
    const note = loaded?.training.note;
    return [
        ...(words ? [make("p", { class: "origin training", text: `trained, ${words}` })] : []),
        ...(note ? [make("p", { class: "origin note", text: note })] : []),
    ];
}

/** Spell what an adapter's files tell of its training: "planned" or "done" first, then the numbers that they have. */
function spellTraining(training) {
    const has = (name) => (training[name] ?? null) !== null;
    const part = (name, spell) => (has(name) ? [spell(training[name])] : []);
    const words = [
        ...part("effective_updates", (number) => spellCount(number, "step")),
        ...(has("effective_updates") ? [] : part("iterations", (number) => `${WHOLE.format(number)} ${number === 1 ? "batch" : "batches"}`)),
        ...part("examples_seen", (number) => spellCount(number, "row")),
        ...part("epochs", (number) => `${HUNDREDTHS.format(number)} ${number === 1 ? "epoch" : "epochs"}`),
        ...part("tokens_trained", (number) => spellCount(number, "token")),
        ...part("learning_rate", (rate) => `rate ${spellRate(rate)}`),
        ...part("batch_size", (number) => `batches of ${WHOLE.format(number)}`),
        ...part("final_loss", (loss) => `loss ${HUNDREDTHS.format(loss)}`),
        ...part("final_validation_loss", (loss) => `on held-back rows ${HUNDREDTHS.format(loss)}`),
        ...(training.rows_cut ? [`${spellCount(training.rows_cut, "row")} cut`] : []),
        ...(training.rows_dropped ? [`${spellCount(training.rows_dropped, "row")} left out`] : []),
        ...part("resumed_from", (name) => `on from ${name}`),
        ...(has("state") && training.state !== "finished" ? [training.state === "running" ? "the training had not ended" : training.state] : []),
    ];
    const basis = has("basis") ? `${training.basis}: ` : "";
    return words.length ? basis + words.join(", ") : "";
}

function spellRate(rate) {
    return rate >= 0.001 ? String(rate) : RATE.format(rate).replace("E", "e");
}
