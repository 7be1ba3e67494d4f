"use strict";
(() => {
  const root = document.documentElement;
  const THEMES = ["system", "light", "dark"];
  const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const remember = (theme) => { try { localStorage.setItem("theme", theme); } catch { /* a file may have no storage */ } };
  const show = (theme) => {
    if (theme === "system") root.removeAttribute("data-theme"); else root.dataset.theme = theme;
  };
  show(THEMES.includes(remembered()) ? remembered() : "system");

  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  function themes() {
    const button = document.getElementById("theme");
    const name = () => root.dataset.theme || "system";
    const label = () => { button.textContent = `Theme: ${name()}`; };
    button.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(name()) + 1) % THEMES.length];
      show(next);
      remember(next);
      label();
    });
    label();
  }

  function filters() {
    for (const group of all("[data-filters]")) {
      const rows = all(".filterable", document.getElementById(group.dataset.filters));
      const selects = all("select", group);
      const output = group.querySelector("output");
      const apply = () => {
        let shown = 0;
        for (const row of rows) {
          const fits = selects.every((each) => !each.value || row.dataset[each.name].split(" ").includes(each.value));
          row.classList.toggle("out", !fits);
          shown += fits;
        }
        for (const each of all("details.framework", document.getElementById(group.dataset.filters))) {
          const left = all(".filterable:not(.out)", each).length;
          each.classList.toggle("out", left === 0);
          if (selects.some((select) => select.name === "framework" && select.value)) each.open = left > 0;
        }
        output.textContent = `${shown} of ${rows.length}`;
      };
      for (const select of selects) select.addEventListener("change", apply);
      apply();
    }
  }

  function search() {
    const input = document.getElementById("search");
    const status = document.getElementById("found");
    const parts = all("section.part").map((part) => ({
      part, items: all(".item", part), hits: document.querySelector(`[data-hits="${part.id}"]`),
    }));
    let texts = null;
    let opened = [];
    const read = () => {
      texts = new Map();
      for (const { items } of parts) for (const item of items) texts.set(item, item.textContent.toLowerCase());
    };
    const close = () => { for (const each of opened) each.open = false; opened = []; };
    const open = (found) => {
      for (const item of found) {
        for (let up = item; up; up = up.parentElement.closest("details")) {
          if (up.tagName === "DETAILS" && !up.open) { up.open = true; opened.push(up); }
        }
      }
    };
    const highlight = (words, found) => {
      if (!CSS.highlights) return;
      CSS.highlights.delete("found");
      if (!words.length) return;
      const ranges = [];
      for (const item of found.slice(0, 300)) {
        const walker = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const text = node.data.toLowerCase();
          for (const word of words) {
            for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
              const range = new Range();
              range.setStart(node, at);
              range.setEnd(node, at + word.length);
              ranges.push(range);
            }
          }
        }
      }
      CSS.highlights.set("found", new Highlight(...ranges));
    };
    const run = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (!texts) read();
      close();
      const leaves = [];
      for (const { part, items, hits } of parts) {
        let count = 0;
        for (const item of items) {
          const text = texts.get(item);
          const fits = words.every((word) => text.includes(word));
          item.classList.toggle("miss", !fits);
          if (fits && !item.classList.contains("unit")) { count += 1; leaves.push(item); }
          else if (fits) { count += 1; }
        }
        const searching = words.length > 0 && items.length > 0;
        part.classList.toggle("none", searching && count === 0);
        if (hits) hits.textContent = searching ? String(count) : "";
      }
      document.body.classList.toggle("searching", words.length > 0);
      if (words.length) open(leaves.slice(0, 300));
      highlight(words, leaves);
      status.textContent = words.length ? `${leaves.length} found` : "";
    };
    let waiting = 0;
    input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(run, 80); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { input.value = ""; run(); }
    });
  }

  function links() {
    const reveal = () => {
      const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!target) return;
      for (let up = target.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
      if (target.matches(".miss, .out")) target.classList.remove("miss", "out");
      target.scrollIntoView();
    };
    addEventListener("hashchange", reveal);
    reveal();
  }

  function printing() {
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = all("details:not([open])");
      for (const each of opened) each.open = true;
    });
    addEventListener("afterprint", () => { for (const each of opened) each.open = false; });
    document.getElementById("print").addEventListener("click", () => print());
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const each of all(".scripted")) each.hidden = false;
    themes();
    filters();
    search();
    links();
    printing();
  });
})();
