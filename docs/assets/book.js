// What the pages do for their reader, beyond Material's own. Each part works without the others,
// and the book can be read without any. One file, for a page is to make few requests.
(() => {
  const own = document.currentScript.src; // in assets/

  // Storage may be blocked; then nothing outlives the page.
  function recall(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function remember(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // As above.
    }
  }

  function make(tag, properties, attributes = {}) {
    const made = Object.assign(document.createElement(tag), properties);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  // Chapters are the pages whose address begins with two digits.
  const chapterOf = (address) =>
    /\/(\d\d-[\w-]+)(?:\/|\/index\.html|\.html)?$/.exec(new URL(address).pathname)?.[1];

  // The same program in several languages, or the same commands on several kernels
  // (tools/pages/code/arrange.py), as tabs; a reader's choice holds for all groups that have it, a
  // language for all of the book. Without this, all are shown, one after another.
  function tabs() {
    const KEY = "book.language";
    const groups = [...document.querySelectorAll(".tabs")].map((group, number) => {
      const panels = [...group.querySelectorAll(":scope > .tabs__panel")];
      const list = make("div", { className: "tabs__list" }, { role: "tablist" });
      const ofKernels = group.dataset.of === "kernel";
      list.setAttribute("aria-label", ofKernels ? "カーネル" : "プログラムの言語");
      const made = panels.map((panel, place) => {
        panel.id = `panel-${number}-${place}`;
        const tab = make("button", {
          type: "button",
          id: `tab-${number}-${place}`,
          className: "tabs__tab",
          textContent: panel.dataset.tab,
        }, { role: "tab", "aria-controls": panel.id });
        panel.setAttribute("role", "tabpanel");
        panel.setAttribute("aria-labelledby", tab.id);
        const chosen = () => {
          choose(panel.dataset.tab, tab);
          if (!ofKernels) remember(KEY, panel.dataset.tab);
        };
        tab.addEventListener("click", chosen);
        // The browser's own search has found something in it.
        panel.addEventListener("beforematch", chosen);
        return tab;
      });
      list.append(...made);
      list.addEventListener("keydown", (event) => {
        const here = made.indexOf(document.activeElement);
        const count = made.length;
        const there = {
          ArrowLeft: (here + count - 1) % count,
          ArrowRight: (here + 1) % count,
          Home: 0,
          End: count - 1,
        }[event.key];
        if (there === undefined) return;
        event.preventDefault();
        made[there].focus();
        made[there].click();
      });
      group.prepend(list);
      return { panels, tabs: made };
    });

    // A group that has no such tab stays as it is; at first it shows its first.
    function show(name, first = -1) {
      for (const { panels, tabs } of groups) {
        const found = panels.findIndex((panel) => panel.dataset.tab === name);
        const chosen = found < 0 ? first : found;
        if (chosen < 0) continue;
        panels.forEach((panel, place) => {
          if (place === chosen) panel.removeAttribute("hidden");
          else panel.setAttribute("hidden", "until-found");
          tabs[place].setAttribute("aria-selected", String(place === chosen));
          tabs[place].tabIndex = place === chosen ? 0 : -1;
        });
      }
    }

    // What the reader looks at stays where it is, although all the tabs of the page change.
    function choose(name, tab) {
      const before = tab.getBoundingClientRect().top;
      show(name);
      window.scrollBy(0, tab.getBoundingClientRect().top - before);
    }

    if (groups.length > 0) show(recall(KEY), 0);
  }

  // Predict first: the answer to a list of choices is hidden until the reader has chosen, or the
  // browser's search has found something in it. Without this, both are simply there.
  function predictions() {
    document.querySelectorAll("ul.predict").forEach((list) => {
      const answer = list.nextElementSibling;
      if (!answer?.matches(".predict__answer")) return;
      const group = make("div", { className: "predict__choices" }, { role: "group" });
      group.setAttribute("aria-label", "予想");
      const said = make("p", { className: "predict__said" }, { role: "status" });
      const choices = [...list.children].map((item) => item.textContent.trim());
      const right = Number(list.dataset.answer);
      const buttons = choices.map((textContent, at) => {
        const button = make("button", { type: "button", className: "predict__choice", textContent });
        button.setAttribute("aria-pressed", "false");
        button.addEventListener("click", () => {
          if (!answer.hasAttribute("hidden")) return;
          button.setAttribute("aria-pressed", "true");
          said.textContent =
            at === right ? "予想のとおりでした。" : `予想とは違い、答えは「${choices[right]}」でした。`;
          reveal();
        });
        return button;
      });
      function reveal() {
        answer.removeAttribute("hidden");
        for (const [at, button] of buttons.entries()) {
          button.setAttribute("aria-disabled", "true");
          if (at === right) button.classList.add("predict__choice--right");
        }
      }
      answer.addEventListener("beforematch", reveal);
      answer.setAttribute("hidden", "until-found");
      list.setAttribute("hidden", "");
      group.append(...buttons);
      list.after(group, said);
    });
  }

  // A term of the glossary is explained where it stands. Without this, or in a browser that has no
  // popovers, it is a link to the glossary.
  function glossaryTips() {
    if (!("popover" in HTMLElement.prototype)) return;
    const MARGIN = 8; // px between the term, its tip and the edges of the window
    let waiting = 0;

    function later(act, milliseconds) {
      clearTimeout(waiting);
      waiting = setTimeout(act, milliseconds);
    }

    function tipOf(term, number) {
      const tip = make("span", { id: `tip-${number}`, className: "tip", popover: "auto" });
      const more = make("a", { href: term.href, textContent: "用語集" });
      tip.append(definitions.get(term.getAttribute("href")), " ", more);
      tip.addEventListener("toggle", (event) => {
        term.setAttribute("aria-expanded", String(event.newState === "open"));
      });
      term.after(tip);
      return tip;
    }

    function place(tip, term) {
      const at = term.getClientRects()[0];
      const { width, height } = tip.getBoundingClientRect();
      const right = document.documentElement.clientWidth - width - MARGIN;
      const below = at.bottom + MARGIN;
      const above = Math.max(MARGIN, at.top - height - MARGIN);
      tip.style.left = `${Math.max(MARGIN, Math.min(at.left, right))}px`;
      tip.style.top = `${below + height <= window.innerHeight ? below : above}px`;
    }

    const told = [...document.querySelectorAll("a.term[data-definition]")];
    const definitions = new Map(
      told.map((term) => [term.getAttribute("href"), term.dataset.definition]),
    );
    document.querySelectorAll("a.term").forEach((term, number) => {
      let tip = null;
      const isOpen = () => tip?.matches(":popover-open") ?? false;
      const close = () => isOpen() && tip.hidePopover();
      function open() {
        tip ??= tipOf(term, number);
        if (isOpen()) return;
        tip.showPopover();
        place(tip, term);
      }
      const leave = () => later(() => tip?.matches(":hover") || close(), 300);

      term.setAttribute("role", "button");
      term.setAttribute("aria-expanded", "false");
      term.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the glossary, in a new tab
        event.preventDefault();
        clearTimeout(waiting);
        open();
      });
      term.addEventListener("keydown", (event) => {
        if (event.key !== " ") return;
        event.preventDefault();
        if (isOpen()) close();
        else open();
      });
      term.addEventListener("pointerenter", (event) => {
        if (event.pointerType !== "mouse") return;
        later(() => {
          open();
          tip.onpointerleave = leave;
        }, 250);
      });
      term.addEventListener("pointerleave", leave);
    });
    const opened = () => document.querySelector(".tip:popover-open");
    addEventListener("scroll", () => opened()?.hidePopover(), { passive: true });
  }

  // 読了: a mark that the reader sets at the end of a chapter, and how far one has come. It is kept
  // in this browser and sent nowhere.
  function readMarks() {
    const KEY = "book.read";
    const known = () => new Set([recall(KEY)].flat().filter(Boolean));
    const list = document.querySelector(".md-nav--primary > .md-nav__list");
    const links = [...(list?.querySelectorAll("a.md-nav__link") ?? [])].filter(
      (link) => !link.hash && chapterOf(link.href),
    );
    const chapters = new Set(links.map((link) => chapterOf(link.href)));
    if (chapters.size === 0) return;

    let read = known();
    const here = chapterOf(location.href);
    const button = make("button", { type: "button", className: "read" });
    const count = make("span");
    const bar = make("progress", { max: chapters.size }, { "aria-label": "読了した章" });
    const progress = make("p", { className: "progress" });
    progress.append(count, bar);
    list.after(progress);
    if (chapters.has(here)) document.querySelector("article").append(button);

    function show() {
      bar.value = [...chapters].filter((chapter) => read.has(chapter)).length;
      count.textContent = `読了 ${bar.value} / ${chapters.size} 章`;
      for (const link of links) {
        link.querySelector(".read-mark")?.remove();
        if (!read.has(chapterOf(link.href))) continue;
        const mark = { className: "read-mark", textContent: "✓" };
        link.append(make("span", mark, { role: "img", "aria-label": "読了" }));
      }
      button.setAttribute("aria-pressed", String(read.has(here)));
      button.textContent = read.has(here) ? "✓ 読了しました" : "読了にする";
    }

    button.addEventListener("click", () => {
      if (!read.delete(here)) read.add(here);
      remember(KEY, [...read]);
      show();
    });
    // Another window of the same browser.
    addEventListener("storage", (event) => {
      if (event.key !== KEY) return;
      read = known();
      show();
    });
    show();
  }

  // 続きから: the section of a chapter that was last read in this browser, offered on the cover.
  function resume() {
    const KEY = "book.place";
    const root = new URL("../", own).href;
    const begin = document.querySelector("p:has(> svg.jacket) ~ p > strong:only-child > a:only-child");
    const title = document.querySelector("article h1")?.firstChild?.textContent.trim();
    if (begin) {
      const place = recall(KEY);
      if (!place?.path || !place.title) return;
      const link = make("a", { className: "resume", textContent: `続きから：${place.title}` });
      link.href = new URL(place.path, root).href;
      begin.closest("p").append(link);
      return;
    }
    if (!chapterOf(location.href)) return;
    const headings = [...document.querySelectorAll("article :is(h2, h3)[id]")];
    addEventListener("scrollend", () => {
      const section = headings.findLast((one) => one.getBoundingClientRect().top < innerHeight / 3);
      const page = location.href.replace(/[?#].*$/, "");
      if (!page.startsWith(root)) return;
      const named = section ? `${title}（${section.firstChild.textContent.trim()}）` : title;
      remember(KEY, { path: `${page.slice(root.length)}${section ? `#${section.id}` : ""}`, title: named });
    });
  }

  // The theme's page for a wrong address, in the language of the book: a template of our own would
  // tie the book to one site generator.
  function notFound() {
    const heading = document.querySelector("article h1");
    if (heading?.textContent.trim() !== "404 - Not found") return;
    heading.textContent = "ページが見つかりません";
    document.title = `${heading.textContent} - ${document.title}`;
    const said = make("p", {
      textContent:
        "このアドレスのページはありません。移動したか、アドレスが途中で切れているかもしれません。",
    });
    const hint = make("p", {
      textContent: "検索で言葉を探すか、次のページから始めてください。",
    });
    const pages = make("ul");
    const all = ".md-nav--primary a.md-nav__link:not([href*='#'])";
    for (const { href, textContent } of document.querySelectorAll(all)) {
      const item = make("li");
      item.append(make("a", { href, textContent: textContent.trim() }));
      pages.append(item);
    }
    heading.after(said, hint, pages);
  }

  // A figure in a window of its own, where it need not fit into the column.
  function enlargement() {
    const ENLARGED = 1.5; // times its natural size, or as wide as the window
    for (const figure of document.querySelectorAll("article svg.figure")) {
      const place = figure.parentElement;
      const open = () => {
        const dialog = make("dialog", { className: "enlarged" });
        dialog.setAttribute("aria-label", "図");
        const close = make("button", { type: "button", textContent: "閉じる" });
        const copy = figure.cloneNode(true);
        const { width } = figure.viewBox.baseVal;
        copy.style.minWidth = "0";
        copy.style.width = `${Math.max(width * ENLARGED, Math.min(width * 3, innerWidth * 0.9))}px`;
        close.addEventListener("click", () => dialog.close());
        dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
        dialog.addEventListener("close", () => dialog.remove());
        dialog.append(close, copy);
        document.body.append(dialog);
        dialog.showModal();
      };
      figure.addEventListener("click", open);
      if (place.classList.contains("enlargeable")) continue; // its drawing for narrow screens
      place.classList.add("enlargeable");
      const button = make("button", { type: "button", className: "enlarge", textContent: "拡大" });
      button.addEventListener("click", () => {
        [...place.querySelectorAll("svg.figure")].find((one) => one.checkVisibility())
          .dispatchEvent(new MouseEvent("click"));
      });
      place.append(button);
    }
  }

  // Formulas are TeX in the page, and are set by KaTeX, which only a page that has any loads.
  function formulas() {
    const found = document.querySelectorAll(".arithmatex");
    if (found.length === 0) return;
    const address = (name) => new URL(`vendor/katex/${name}`, own).href;
    const script = make("script", { src: address("katex.min.js") });
    script.addEventListener("load", () => {
      for (const place of found) {
        const text = place.textContent;
        katex.render(text.slice(2, -2), place, {
          displayMode: text.startsWith("\\["),
          throwOnError: false,
        });
      }
    });
    document.head.append(make("link", { rel: "stylesheet", href: address("katex.min.css") }), script);
  }

  // What Material leaves without a name: the search, and a landmark for every block of code.
  function names() {
    document.querySelector(".md-search[role=dialog]")?.setAttribute("aria-label", "検索");
    const code = () => {
      for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) {
        nav.setAttribute("role", "none");
      }
    };
    code();
    new MutationObserver(code).observe(document.querySelector("article"), {
      childList: true,
      subtree: true,
    });
  }

  names();
  // The list of pages is taken before anything is added to it.
  notFound();
  tabs();
  predictions();
  glossaryTips();
  enlargement();
  readMarks();
  resume();
  formulas();
})();
