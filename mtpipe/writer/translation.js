(() => {
  "use strict";
  // Words are wrapped when a row is first pointed at: without a script, and on paper, the page is plain text.
  const wrap = (cell) => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT, (node) =>
      node.parentElement.closest(".flag") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    let word = -1, inside = false;
    for (const node of nodes) {
      const made = document.createDocumentFragment();
      for (const part of node.data.split(/(\s+)/)) {
        if (part === "") continue;
        if (/^\s/.test(part)) { inside = false; made.append(part); continue; }
        if (!inside) { word += 1; inside = true; }
        const span = document.createElement("span");
        span.className = "w";
        span.dataset.w = word;
        span.append(part);
        made.append(span);
      }
      node.replaceWith(made);
    }
  };
  const pairs = (cell) => (cell.dataset.links || "").split(" ").filter(Boolean).map((link) => link.split("-"));
  const light = (cell, words) => {
    for (const span of cell.querySelectorAll(".w")) span.classList.toggle("lit", words.has(span.dataset.w));
  };
  let lit = null;
  const clear = () => {
    if (lit) for (const cell of lit.querySelectorAll(".cell")) light(cell, new Set());
    lit = null;
  };
  const point = (event) => {
    const row = event.target.closest && event.target.closest(".row");
    if (lit && lit !== row) clear();
    if (!row || !row.querySelector("[data-links]")) return;
    const cells = [...row.querySelectorAll(".cell")];
    if (!row.dataset.wrapped) { cells.forEach(wrap); row.dataset.wrapped = "yes"; }
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const word = under && under.closest(".w");
    if (!word || !row.contains(word)) { clear(); return; }
    const here = word.closest(".cell"), at = word.dataset.w;
    const source = new Set(here === cells[0] ? [at] : pairs(here).filter((link) => link[1] === at).map((link) => link[0]));
    lit = row;
    for (const cell of cells) {
      const words = cell === cells[0] ? new Set(source)
        : new Set(pairs(cell).filter((link) => source.has(link[0])).map((link) => link[1]));
      if (cell === here) words.add(at);
      light(cell, words);
    }
  };
  document.addEventListener("pointerover", point);
  document.addEventListener("pointerdown", point);
  document.addEventListener("pointerleave", clear);
})();
