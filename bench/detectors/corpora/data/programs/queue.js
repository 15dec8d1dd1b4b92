// A queue that runs at most `limit` tasks at once.
export class TaskQueue {
  #running = 0;
  #waiting = [];

  constructor(limit = 4) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(`limit must be a positive integer, got ${limit}`);
    }
    this.limit = limit;
  }

  push(task) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#next();
    });
  }

  #next() {
    while (this.#running < this.limit && this.#waiting.length > 0) {
      const { task, resolve, reject } = this.#waiting.shift();
      this.#running += 1;
      Promise.resolve()
        .then(task)
        .then(resolve, reject)
        .finally(() => {
          this.#running -= 1;
          this.#next();
        });
    }
  }
}

const queue = new TaskQueue(2);
const urls = ["/a.json", "/b.json", "/c.json", "/d.json"];
const pages = await Promise.all(urls.map((url) => queue.push(() => fetch(url).then((response) => response.json()))));
console.log(pages.length);

document.querySelector("#save").addEventListener("click", async (event) => {
  event.preventDefault();
  const name = document.querySelector("#name").value;
  const email = document.querySelector("#email").value;
  const phone = document.querySelector("#phone").value;
  const city = document.querySelector("#city").value;
  const street = document.querySelector("#street").value;
  const response = await fetch("/contacts", { method: "POST", body: JSON.stringify({ name, email, phone, city, street }) });
  document.querySelector("#status").textContent = response.ok ? "Saved" : "Not saved";
});
