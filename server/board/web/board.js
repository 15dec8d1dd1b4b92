// The page's course: ask for the state every other second, show it, and ask for a key where one is wanted.

const POLL_MS = 2000;
const LONGEST_WAIT_MS = 15000;

let isPaused = false;
let isLocked = false; // a key is wanted
let seen = { started: 0, numAnswers: 0 };
let isAsking = false;
let lastState = null; // what the page shows
let numFailures = 0;
let timer = null;

function sayConnection(text, kind) {
    find("connection").dataset.is = kind;
    say(find("connection"), text);
}

function schedule(waitMs) {
    clearTimeout(timer);
    timer = setTimeout(follow, waitMs);
}

async function follow() {
    clearTimeout(timer);
    if (isPaused || isLocked || document.hidden || isAsking) return; // whatever ends this calls it again
    isAsking = true;
    const outcome = await fetchNews().catch((fault) => fault);
    isAsking = false;
    if (isLocked) return;
    if (!(outcome instanceof Error)) {
        show(outcome);
        schedule(POLL_MS);
    } else if (outcome.wantsKey) askForKey(outcome.message);
    else showFailure(outcome);
}

/** Fetch the state with the answers that the page has not got: all of them where the server was started anew. */
async function fetchNews() {
    const state = await fetchState(seen.numAnswers);
    if (state.started === seen.started) return state;
    clearAnswers();
    return seen.numAnswers ? fetchState(0) : state;
}

function show(state) {
    seen = { started: state.started, numAnswers: state.num_answers };
    lastState = state;
    numFailures = 0;
    for (const part of ["board", "pause"]) find(part).hidden = false;
    if (find("key-form").contains(document.activeElement)) find("main").focus(); // what is hidden loses it to nothing
    find("key-form").hidden = true;
    find("forget").hidden = readKey() === null;
    find("board").classList.remove("is-stale");
    if (!isPaused) sayConnection(state.is_ready ? "Live" : "The engine takes no requests now", state.is_ready ? "live" : "bad");
    document.title = `candor · ${state.model}`;
    say(find("served"), state.model);
    say(find("scorer"), state.scorer);
    say(find("base-url"), `${location.origin}/v1`);
    showTiles(state);
    showAdapters(state);
    showModels(state);
    showAnswers(state);
}

function showFailure(fault) {
    numFailures += 1;
    find("board").classList.add("is-stale");
    const since = lastState ? ` This is as of ${spellTime(lastState.now)}.` : "";
    sayConnection(`${fault.message}${since}`, "bad");
    schedule(Math.min(LONGEST_WAIT_MS, POLL_MS * 2 ** numFailures));
}

/** Ask for a key; what the last one gave to see goes with it. */
function askForKey(why) {
    const wasWrong = readKey() !== null;
    dropKey();
    if (lastState) {
        location.reload();
        return;
    }
    isLocked = true;
    find("key-form").hidden = false;
    say(find("key-fault"), wasWrong ? why : "");
    sayConnection("A key is wanted", "bad");
    find("key").focus();
}

function takeKey(event) {
    event.preventDefault();
    const key = find("key").value.trim();
    find("key").value = "";
    if (!/^[\x21-\x7e]+$/.test(key)) {
        say(find("key-fault"), "A key is made of printable ASCII characters, without spaces.");
        return;
    }
    keepKey(key);
    isLocked = false;
    follow();
}

function togglePause() {
    isPaused = !isPaused;
    find("pause").setAttribute("aria-pressed", String(isPaused));
    if (isPaused) sayConnection(`Paused at ${spellTime(Date.now() / 1000)}`, "paused");
    else follow();
}

function askOnEnter(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) find("try-form").requestSubmit();
}

find("pause").addEventListener("click", togglePause);
find("forget").addEventListener("click", askForKey);
find("key-form").addEventListener("submit", takeKey);
find("try-form").addEventListener("submit", compare);
find("prompt").addEventListener("keydown", askOnEnter);
find("stop").addEventListener("click", () => running?.abort());
find("more").addEventListener("click", toggleAnswers);
find("figures").addEventListener("toggle", () => lastState && showAdapters(lastState));
document.addEventListener("visibilitychange", follow);
follow();
