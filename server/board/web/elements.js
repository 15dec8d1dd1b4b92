// Making elements. Text enters the page as text only: nothing here, and nothing the policy allows, reads it as HTML.

function find(id) {
    return document.getElementById(id);
}

/** Make an element; `properties` are attributes, but for `class`, `text` and `on…`, and those that are null are left out. */
function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (value === null || value === undefined) continue;
        if (name === "text") element.textContent = value;
        else element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
}

/** Make an SVG element. */
function draw(tag, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

/** Set a text only where it changes, so that a screen reader is not told the same again. */
function say(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

/** Give an element these children, but keep those that are the same: who reads or has selected them is not disturbed. */
function refill(element, ...children) {
    children.forEach((child, index) => {
        const there = element.childNodes[index];
        if (!there) element.append(child);
        else if (!there.isEqualNode(child)) there.replaceWith(child);
    });
    while (element.childNodes.length > children.length) element.lastChild.remove();
}

/** Place an element inside its parent, in shares of the parent's size. The policy forbids style attributes, not this. */
function place(element, shares) {
    for (const [side, share] of Object.entries(shares)) element.style.setProperty(side, `${(100 * share).toFixed(2)}%`);
    return element;
}
