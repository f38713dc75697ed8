// Material fetches the search, its index and a worker, on every page at once: more than the page
// itself. Here it waits for a reader who goes to it. Comes before Material's scripts
// (`extra.polyfills` of mkdocs.yml); without it all works the same, only not as light.
(() => {
  if (location.protocol === "file:") return; // there the index is a script, and no network needed
  let begin;
  const begun = new Promise((resolve) => (begin = resolve));
  // A page that was found (?h=) marks what was sought, and knows from the index how to.
  if (/[?&][hq]=/.test(location.search)) begin();
  for (const event of ["focusin", "pointerover", "pointerdown"]) {
    document.addEventListener(event, ({ target }) => {
      if (target.closest?.("[data-md-component=search], [for=__search]")) begin();
    });
  }

  const { open, send } = XMLHttpRequest.prototype;
  const late = new WeakSet();
  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    if (String(address).endsWith("/search_index.json")) late.add(this);
    return open.call(this, method, address, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (late.has(this)) begun.then(() => send.call(this, body));
    else send.call(this, body);
  };

  const Eager = Worker;
  window.Worker = class extends EventTarget {
    #worker;

    constructor(...how) {
      super();
      this.#worker = begun.then(() => {
        const worker = new Eager(...how);
        worker.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
        return worker;
      });
    }

    postMessage(...what) {
      this.#worker.then((worker) => worker.postMessage(...what));
    }

    terminate() {
      this.#worker.then((worker) => worker.terminate());
    }
  };
})();
