// A page that was opened as a file may start no worker. There the search runs in a frame that has
// nothing but its script. It takes no script within a page, which the pages' policy lets no one run.
// The name is what Material's offline plugin looks for (`extra.polyfills` of mkdocs.yml).
(() => {
  if (location.protocol !== "file:") return;

  const message = (data) => new MessageEvent("message", { data: structuredClone(data) });

  window.Worker = class extends EventTarget {
    #frame = document.createElement("iframe");
    #begun;

    constructor(address) {
      super();
      this.#frame.hidden = true;
      document.body.append(this.#frame);
      const there = this.#frame.contentWindow;
      // Firefox would still load about:blank into it, and lose what is put there before.
      there.document.open();
      there.document.write("<html><body></body></html>");
      there.document.close();
      there.postMessage = (data) => {
        this.dispatchEvent(message(data));
        this.onmessage?.(message(data));
      };
      const run = (script) =>
        new Promise((resolve, reject) => {
          const element = there.document.createElement("script");
          Object.assign(element, { src: script, onload: resolve, onerror: reject });
          there.document.body.append(element);
        });
      there.importScripts = (...scripts) =>
        scripts.reduce((before, script) => before.then(() => run(script)), Promise.resolve());
      this.#begun = run(address);
    }

    postMessage(data) {
      this.#begun.then(() => this.#frame.contentWindow.dispatchEvent(message(data)));
    }

    terminate() {
      this.#frame.remove();
    }
  };
})();
