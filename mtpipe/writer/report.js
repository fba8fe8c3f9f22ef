"use strict";
// Tables that sort, tabs between evaluations, and the segment table of each evaluation.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name in node && name !== "list" && name !== "dir" && name !== "lang") node[name] = value;
      else node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child !== null));
    return node;
  };
  const one = (value) => value.toFixed(1);

  for (const table of document.querySelectorAll("table.sortable")) {
    table.querySelectorAll("thead th").forEach((head, column) => {
      if (!head.querySelector("button")) return;
      head.querySelector("button").addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
        const rows = [...table.tBodies[0].rows].sort((a, b) => {
          const [x, y] = [key(a), key(b)];
          const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
          return down ? -order : order;
        });
        table.tBodies[0].append(...rows);
      });
    });
  }

  const tabs = [...document.querySelectorAll(".tabs button")];
  const show = (number) => {
    tabs.forEach((tab, index) => tab.setAttribute("aria-selected", String(index === number)));
    document.querySelectorAll("article.evaluation").forEach((part, index) => part.classList.toggle("hidden", index !== number));
  };
  tabs.forEach((tab, number) => tab.addEventListener("click", () => show(number)));
  if (tabs.length) show(0);

  const CLASS = { "=": "", m: "m", "~": "a", x: "x" };
  const TITLE = { m: "stands elsewhere in the other text", "~": "differs in case or typography only", x: "not in the other text" };
  const painted = (runs, text, ngrams) => {
    if (!runs) return [text];
    return runs.map(([piece, word, order]) => {
      const name = ngrams ? "g" + order : CLASS[word];
      if (!name || (ngrams && !piece.trim())) return piece;
      const stop = piece.trimEnd();
      const mark = make("mark", { className: name, title: ngrams ? (order ? `part of a shared ${order}-gram` : "not in the other text") : TITLE[word] }, stop);
      return [mark, piece.slice(stop.length)];
    }).flat();
  };
  const cell = (direction, language, content) =>
    make("div", { className: "text" + (direction === "rtl" ? " rtl" : ""), dir: direction, lang: language }, ...content);

  data.forEach((evaluation, number) => {
    const root = document.querySelectorAll("article.evaluation")[number];
    const body = root.querySelector(".segments tbody");
    if (!body) return;
    const find = (name) => root.querySelector(`[data-control="${name}"]`);
    const { rows, systems, metrics, lower } = evaluation;
    const state = { page: 0 };
    const size = 20;
    const folded = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f\u064b-\u065f\u0640]/g, "").toLowerCase();
    const textOf = (row) => row.haystack ??= folded([row.source, ...row.references, ...row.hypotheses.map((h) => h.text ?? h.runs.map((r) => r[0]).join(""))].join("\n"));

    const chosenSystems = () => {
      const wanted = find("system") ? find("system").value : "all";
      return wanted === "all" ? systems.map((_, index) => index) : wanted.split(",").map(Number);
    };
    const sorted = (chosen) => {
      const metric = Number(find("metric").value);
      const sign = lower[metric] ? -1 : 1;
      const value = (row) => sign * chosen.reduce((sum, s) => sum + row.hypotheses[s].scores[metric], 0) / chosen.length;
      const gap = (row) => { const v = chosen.map((s) => row.hypotheses[s].scores[metric]); return Math.max(...v) - Math.min(...v); };
      const keys = {
        order: (a, b) => a.index - b.index, worst: (a, b) => value(a) - value(b), best: (a, b) => value(b) - value(a),
        gap: (a, b) => gap(b) - gap(a), long: (a, b) => b.references[0].length - a.references[0].length,
      };
      const [first, second] = chosen;
      keys.second = (a, b) => sign * ((b.hypotheses[second].scores[metric] - b.hypotheses[first].scores[metric]) - (a.hypotheses[second].scores[metric] - a.hypotheses[first].scores[metric]));
      keys.first = (a, b) => -keys.second(a, b);
      const wanted = find("sort").value;
      return keys[(wanted === "first" || wanted === "second") && chosen.length < 2 ? "order" : wanted];
    };
    const passes = (chosen) => {
      const query = folded(find("search").value.trim());
      const role = find("role") ? find("role").value : "";
      const flag = find("flag") ? find("flag").value : "";
      return (row) => (!query || textOf(row).includes(query)) && (!role || row.role === role)
        && (!flag || chosen.some((s) => (flag === "*" ? row.hypotheses[s].flags.length : row.hypotheses[s].flags.includes(flag))));
    };

    const hypothesis = (row, s, metric, ngrams) => {
      const h = row.hypotheses[s];
      const scores = metrics.map((name, index) => `${name} ${one(h.scores[index])}`).join(" · ");
      const who = make("div", { className: "who" },
        ...(systems.length > 1 ? [make("span", {}, make("span", { className: "key", style: `--c: var(--s${s % 8})` }), make("b", {}, systems[s]))] : []),
        make("span", { title: scores }, `${metrics[metric]} ${one(h.scores[metric])}`),
        ...h.flags.map((flag) => make("span", { className: "flag" }, flag)));
      const text = h.text ?? "";
      const content = h.runs ? painted(h.runs, text, ngrams) : text ? [text] : [make("span", { className: "empty" }, "(empty)")];
      return make("div", { className: "hyp" }, who, cell(evaluation.direction, evaluation.target, content));
    };
    const reference = (row, chosen, ngrams) => row.references.map((text, index) => {
      const near = chosen.length === 1 && row.hypotheses[chosen[0]].nearest === index ? row.hypotheses[chosen[0]].reference : null;
      return make("div", { className: "hyp" }, ...(row.references.length > 1 ? [make("div", { className: "who" }, `reference ${index + 1}`)] : []),
        cell(evaluation.direction, evaluation.target, near ? painted(near, text, ngrams) : [text]));
    });
    const line = (row, chosen, metric, ngrams) => make("tr", { id: `e${number}s${row.index + 1}` },
      make("td", { className: "n" }, make("a", { href: `#e${number}s${row.index + 1}` }, `${row.index + 1}`),
        ...(row.role ? [make("div", {}, row.role)] : []), ...(evaluation.documented && row.document ? [make("div", {}, row.document)] : []),
        ...(evaluation.bead ? [make("div", { title: "segments – reference sentences" }, `bead ${row.bead}`)] : []),
        ...(row.confidence !== null && row.confidence !== undefined ? [make("div", {}, `confidence ${row.confidence.toFixed(2)}`)] : [])),
      evaluation.sourced ? make("td", { "data-name": "Source" }, make("div", { className: "stick" }, cell(evaluation.sourceDirection, evaluation.source, [row.source]))) : null,
      make("td", { "data-name": "Translation" }, ...chosen.map((s) => hypothesis(row, s, metric, ngrams))),
      make("td", { "data-name": "Reference" }, make("div", { className: "stick" }, ...reference(row, chosen, ngrams))));

    const draw = () => {
      const chosen = chosenSystems();
      const found = rows.filter(passes(chosen)).sort(sorted(chosen));
      const pages = Math.max(1, Math.ceil(found.length / size));
      state.page = Math.min(state.page, pages - 1);
      const ngrams = find("colour").value === "ngrams";
      const metric = Number(find("metric").value);
      body.parentElement.className = "segments " + (find("colour").value === "none" ? "" : ngrams ? "by-ngrams" : "by-words");
      body.replaceChildren(...found.slice(state.page * size, (state.page + 1) * size).map((row) => line(row, chosen, metric, ngrams)));
      if (!found.length) body.append(make("tr", {}, make("td", { colSpan: 4, className: "empty" }, "No segment fits these filters.")));
      root.querySelectorAll("[data-control=count]").forEach((node) => { node.textContent = `${found.length} of ${rows.length} rows · page ${state.page + 1} of ${pages}`; });
      root.querySelectorAll("[data-control=back]").forEach((node) => { node.disabled = state.page === 0; });
      root.querySelectorAll("[data-control=on]").forEach((node) => { node.disabled = state.page >= pages - 1; });
      root.querySelectorAll(".legend[data-for]").forEach((node) => node.classList.toggle("hidden", node.dataset.for !== find("colour").value));
    };
    const turn = (step) => () => { state.page += step; draw(); root.querySelector(".segments").scrollIntoView({ block: "start" }); };
    root.querySelectorAll("[data-control=back]").forEach((node) => node.addEventListener("click", turn(-1)));
    root.querySelectorAll("[data-control=on]").forEach((node) => node.addEventListener("click", turn(1)));
    for (const name of ["system", "metric", "sort", "role", "flag", "colour"]) find(name)?.addEventListener("change", () => { state.page = 0; draw(); });
    find("search").addEventListener("input", () => { state.page = 0; draw(); });
    const goTo = () => {
      const match = location.hash.match(/^#e(\d+)s(\d+)$/);
      if (!match || Number(match[1]) !== number || document.getElementById(location.hash.slice(1))) return;
      const place = rows.filter(passes(chosenSystems())).sort(sorted(chosenSystems())).findIndex((row) => row.index + 1 === Number(match[2]));
      if (place < 0) return;
      state.page = Math.floor(place / size);
      draw();
      document.getElementById(location.hash.slice(1))?.scrollIntoView();
    };
    draw();
    goTo();
    addEventListener("hashchange", goTo);
  });

  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent;
      try { await navigator.clipboard.writeText(text); button.textContent = "copied"; } catch { getSelection().selectAllChildren(document.getElementById(button.dataset.copy)); }
    });
  }
})();
