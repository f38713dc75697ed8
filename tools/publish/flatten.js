// Turns the article of an open page into a part of the whole book, and returns it as HTML: what only
// a screen can do is taken out, and names are made unique. `page` is the page's file (02-uts.html).
(page) => {
  const article = document.querySelector("article");
  const all = (selector) => [...article.querySelectorAll(selector)];

  // A name for each heading that any reader of EPUB takes: ASCII, and unlike that of other pages.
  function name(file, fragment) {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(`${file}#${fragment}`)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
    return `x${hash.toString(16)}`;
  }

  const screenOnly =
    ".headerlink, .md-code__nav, .tabs__list, .read, .tip, .block__download, .badge__body, .badge__block, " +
    ".predict__choices, .predict__said, .enlarge, .diagram__narrow, " +
    ".md-content__button, .md-source-file, pre.diagram, script, link, input[type=hidden]";
  for (const element of all(screenOnly)) element.remove();
  for (const element of all("[hidden]")) element.removeAttribute("hidden");

  for (const badge of all(".badge")) {
    const line = document.createElement("div"); // pandoc keeps its class, that of a paragraph not
    line.className = badge.className;
    line.append(...(badge.querySelector("summary") ?? badge).childNodes);
    badge.replaceWith(line);
  }
  for (const mark of all(".badge > span + span")) mark.before(" ");
  for (const details of all("details")) details.open = true;
  for (const panel of all(".tabs__panel")) panel.removeAttribute("role");
  for (const formula of all(".arithmatex")) {
    const math = formula.querySelector("math");
    if (math) formula.replaceChildren(math);
  }

  for (const mark of all("sup[id]")) {
    mark.firstElementChild.id = mark.id; // pandoc keeps the names of links
    mark.removeAttribute("id");
  }

  for (const element of all("[id]")) {
    if (!element.closest("svg")) element.id = name(page, element.id);
  }
  for (const link of all("a[href]")) {
    const target = new URL(link.href);
    if (target.protocol !== "file:") continue;
    const file = decodeURIComponent(target.pathname.split("/").at(-1));
    const fragment = decodeURIComponent(target.hash.slice(1));
    if (file.endsWith(".html")) link.setAttribute("href", `#${name(file, fragment)}`);
    else link.replaceWith(...link.childNodes); // a program: it is printed below its name
  }
  for (const image of all("img")) {
    image.removeAttribute("loading");
    image.setAttribute("src", image.getAttribute("src").replace(/^(?:\.\.\/)*/, ""));
  }
  for (const element of all("*")) {
    for (const attribute of [...element.attributes]) {
      if (/^(?:data-(?!md)|aria-(?!label$|hidden)|tabindex)/.test(attribute.name)) {
        element.removeAttribute(attribute.name);
      }
    }
  }
  const heading = article.querySelector("h1");
  heading.id = name(page, "");
  const section = document.createElement("section");
  section.className = "chapter md-typeset";
  section.append(...article.childNodes);
  return { id: heading.id, title: heading.textContent.trim(), html: section.outerHTML };
}
