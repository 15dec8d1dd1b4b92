// What the page asks the server for, and what it says when that fails.

const KEY_ITEM = "candor-api-key";
const STATE_TIMEOUT_MS = 10000;

/** A request that failed, in words. `wantsKey` says that another key may help. */
class Refusal extends Error {
    constructor(message, { wantsKey = false } = {}) {
        super(message);
        this.wantsKey = wantsKey;
    }
}

// The key lives in sessionStorage: this tab, this origin, until the tab is closed. It is never in a URL.
function readKey() {
    return sessionStorage.getItem(KEY_ITEM);
}

function keepKey(key) {
    sessionStorage.setItem(KEY_ITEM, key);
}

function dropKey() {
    sessionStorage.removeItem(KEY_ITEM);
}

async function ask(path, { body, signal }) {
    const key = readKey();
    const headers = { ...(key && { Authorization: `Bearer ${key}` }), ...(body && { "Content-Type": "application/json" }) };
    let response;
    try {
        response = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal, cache: "no-store", referrerPolicy: "no-referrer" });
    } catch (fault) {
        if (signal.aborted && signal.reason?.name !== "TimeoutError") throw fault;
        throw new Refusal("The server cannot be reached.");
    }
    if (response.ok) return response;
    throw await readRefusal(response);
}

async function readRefusal(response) {
    const error = await response.json().then((body) => body.error, () => null);
    if (response.status === 401) {
        return new Refusal(readKey() ? "The server does not take this key." : "The server wants a key.", { wantsKey: true });
    }
    const wait = response.headers.get("retry-after");
    const message = error?.message ?? `The server answered with status ${response.status}.`;
    return new Refusal(wait ? `${message} Try again in ${wait} s.` : message);
}

async function fetchState(numSeen) {
    const response = await ask(`/board/state?seen=${numSeen}`, { signal: AbortSignal.timeout(STATE_TIMEOUT_MS) });
    return response.json().catch(() => {
        throw new Refusal("The server's answer broke off.");
    });
}

/** Ask for an answer and hand each piece of its text to `onText`; gives the last chunk, which has scores and usage. */
async function streamAnswer(request, signal, onText) {
    const response = await ask("/v1/chat/completions", { body: { ...request, stream: true }, signal });
    let last = null;
    for await (const chunk of readEvents(response.body, signal)) {
        if (chunk.error) throw new Refusal(chunk.error.message);
        const choice = chunk.choices[0];
        if (choice?.delta.content) onText(choice.delta.content);
        if (choice?.finish_reason) last = chunk;
    }
    if (last === null) throw new Refusal("The answer broke off before its end.");
    return last;
}

/** Give the JSON of each server-sent event. */
async function* readEvents(stream, signal) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let waiting = "";
    for (;;) {
        const { value, done } = await reader.read().catch((fault) => {
            if (signal.aborted) throw fault;
            throw new Refusal("The connection broke before the answer's end.");
        });
        if (done) return;
        const events = (waiting + value).split("\n\n");
        waiting = events.pop();
        for (const event of events) {
            if (event.startsWith("data: {")) yield JSON.parse(event.slice("data: ".length));
        }
    }
}
