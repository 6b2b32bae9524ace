"use strict";
(() => {
  const findings = [...document.querySelectorAll("details.finding")];
  const words = new Map(findings.map((finding) => [finding, finding.textContent.toLowerCase()]));
  const search = document.getElementById("search");
  const code = document.getElementById("code");
  const boxes = [...document.querySelectorAll("input[name=severity]")];
  const shown = document.getElementById("shown");
  const visible = () => findings.filter((finding) => !finding.hidden);

  const filter = () => {
    const wanted = (search.value || "").toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    for (const finding of findings) {
      const fits = severities.has(finding.dataset.severity) && (!code || !code.value || code.value === finding.dataset.code);
      finding.hidden = !(fits && wanted.every((word) => words.get(finding).includes(word)));
    }
    const left = visible().length;
    shown.textContent = left === findings.length ? "" : `${left} of ${findings.length} shown`;
    document.getElementById("none").hidden = left > 0;
  };

  const fold = (open) => { for (const finding of visible()) finding.open = open; };

  const step = (way) => {
    const list = visible();
    if (!list.length) return;
    const at = list.findIndex((finding) => finding.contains(document.activeElement));
    const next = list[Math.min(Math.max(at + way, 0), list.length - 1)];
    next.querySelector("summary").focus();
    next.scrollIntoView({ block: "start" });
  };

  if (findings.length) {
    document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
    for (const input of [search, code, ...boxes]) if (input) input.addEventListener("input", filter);
    document.getElementById("open").addEventListener("click", () => fold(true));
    document.getElementById("close").addEventListener("click", () => fold(false));
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape" && document.activeElement === search) { search.value = ""; filter(); search.blur(); return; }
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
      if (event.key === "/") { event.preventDefault(); search.focus(); }
      if (event.key === "j") step(1);
      if (event.key === "k") step(-1);
      if (event.key === "o") {
        const finding = document.activeElement.closest("details.finding");
        if (finding) finding.open = !finding.open;
      }
    });
    filter();
  }
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("main > section > details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of closed) details.open = false; });
})();
