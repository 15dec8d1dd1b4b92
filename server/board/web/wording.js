// Numbers, times and flags in words.

const NO_VALUE = "–";
const WHOLE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const HUNDREDTHS = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });

function spellNumber(number, format = TENTHS) {
    return number === null ? NO_VALUE : format.format(number).replace("-", "−").replace(/^−0$/, "0");
}

function spellSigned(number) {
    const text = spellNumber(number);
    return number > 0 && text !== "0" ? `+${text}` : text;
}

function spellSeconds(seconds) {
    if (seconds < 1) return `${(seconds < 0.01 ? TENTHS : WHOLE).format(1000 * seconds)} ms`;
    return `${(seconds < 10 ? HUNDREDTHS : TENTHS).format(seconds)} s`;
}

function spellShare(part, whole) {
    const percent = (100 * part) / whole;
    return `${(percent < 10 ? TENTHS : WHOLE).format(percent)} %`;
}

function spellCount(number, noun) {
    return `${WHOLE.format(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function spellTime(unixSeconds) {
    return new Date(1000 * unixSeconds).toLocaleTimeString("en-GB");
}

/** Spell when something was, with the day where that is not today. */
function spellMoment(unixSeconds, now) {
    const [day, today] = [unixSeconds, now].map((seconds) => new Date(1000 * seconds).toLocaleDateString("en-GB", { day: "numeric", month: "short" }));
    return day === today ? spellTime(unixSeconds) : `${day}, ${spellTime(unixSeconds)}`;
}

function spellAge(minutes) {
    return minutes === 0 ? "this minute" : `${minutes} min ago`;
}

/** Spell the band "-5..0" as people do; a band's upper bound belongs to it. */
function spellBand(band) {
    const [low, high] = band.split("..").map((bound) => bound.replace("-", "−"));
    if (low === "") return `up to ${high}`;
    return high === "" ? `over ${low}` : `${low} to ${high}`;
}

function joinWords(words) {
    return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Make the badge of a flag; its tier is said, not only coloured. */
function makeFlag(flag) {
    return make("span", { class: `flag ${flag.tier}` }, flag.flag, make("span", { class: "unseen", text: ` (${flag.tier})` }));
}

/** Name each flag once. */
function listDistinct(flags) {
    return [...new Map(flags.map((flag) => [`${flag.flag} ${flag.tier}`, flag])).values()];
}

function spellStop(stoppedBy) {
    if (stoppedBy === "timeout") return "ended at its time limit";
    return stoppedBy === "shutdown" ? "ended with the server" : "ended by the guard";
}
