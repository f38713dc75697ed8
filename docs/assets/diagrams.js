// Draws the Mermaid diagrams of a page when a reader comes near the first one, with the copy of
// mermaid that `make` puts into assets/vendor: it is several times the page. Material's own integration would load it from a CDN, so the blocks don't
// bear the class it looks for. Without the copy, or where drawing fails, the source stays visible.
(() => {
  const sources = [...document.querySelectorAll("pre.diagram")];
  if (sources.length === 0) return;
  const colours = (dark) => ({
    darkMode: dark,
    fontFamily: getComputedStyle(document.body).fontFamily,
    background: dark ? "#1e2129" : "#ffffff",
    primaryColor: dark ? "#2b3150" : "#eef0fb",
    primaryTextColor: dark ? "#e6e8f0" : "#22262f",
    primaryBorderColor: dark ? "#8c9be0" : "#3f51b5",
    secondaryColor: dark ? "#2a3a33" : "#e8f4ec",
    tertiaryColor: dark ? "#262a35" : "#f6f7fa",
    edgeLabelBackground: dark ? "#1e2129" : "#ffffff",
    lineColor: dark ? "#adb2c0" : "#5a5f6b",
  });
  const script = document.createElement("script");
  script.src = new URL("vendor/mermaid.js", document.currentScript.src).href;
  script.onload = () => {
    const diagrams = sources.map((pre) => ({ pre, source: pre.textContent, figure: null }));
    const palette = () => document.body.getAttribute("data-md-color-scheme");
    let drawn = null;
    const draw = async () => {
      if (drawn === palette()) return;
      drawn = palette();
      mermaid.initialize({
        startOnLoad: false,
        securityLevel: "strict",
        theme: "base",
        themeVariables: colours(drawn === "slate"),
      });
      for (const [number, diagram] of diagrams.entries()) {
        try {
          const { svg } = await mermaid.render(`diagram-${number}-${drawn}`, diagram.source);
          diagram.figure ??= diagram.pre.parentElement.insertBefore(
            Object.assign(document.createElement("div"), { className: "diagram__figure" }),
            diagram.pre,
          );
          diagram.figure.innerHTML = svg;
          diagram.pre.hidden = true;
        } catch (error) {
          console.warn(`${diagram.pre.parentElement.dataset.block}: ${error.message}`);
        }
      }
    };
    draw();
    new MutationObserver(draw).observe(document.body, {
      attributeFilter: ["data-md-color-scheme"],
    });
  };
  const load = () => {
    near.disconnect();
    if (!script.isConnected) document.head.append(script);
  };
  const near = new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && load(),
    { rootMargin: "50%" },
  );
  for (const pre of sources) near.observe(pre);
  addEventListener("beforeprint", load);
})();
