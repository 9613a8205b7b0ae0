"use strict";
// Tables sort and filter, links open what they lead to, and charts are drawn. Without this script
// the page still says everything.

function cellValue(row, place) {
  const cell = row.cells[place];
  return cell.dataset.by ?? cell.textContent.trim();
}

function compare(one, other) {
  const numbers = [Number(one), Number(other)];
  if (one !== "" && other !== "" && numbers.every(Number.isFinite)) return numbers[0] - numbers[1];
  return one.localeCompare(other, "en", { numeric: true });
}

class Sheet {
  // A table of which some rows are shown: those that fit, and at first only the first of them.
  constructor(table) {
    this.body = table.tBodies[0];
    this.asWritten = [...this.body.rows];
    this.fits = () => true;
    this.most = Number(table.dataset.first ?? Infinity);
    this.more = document.querySelector(`button[data-more="${table.id}"]`);
    this.more?.addEventListener("click", () => {
      this.most = Infinity;
      this.show();
    });
    this.heads = [...table.tHead.rows[0].cells];
    this.label(table);
    this.heads.forEach((head, place) => {
      head.querySelector("button").addEventListener("click", () => this.sort(head, place));
    });
    this.show();
  }

  // On a phone rows are laid out as cards, with labels; they stay rows of a table for those who listen.
  label(table) {
    const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
    const labels = this.heads.map((head) => head.textContent.trim());
    for (const each of [table, ...table.querySelectorAll("thead, tbody, tr, td")]) {
      each.setAttribute("role", roles[each.tagName]);
      if (each.tagName === "TD") each.dataset.label = labels[each.cellIndex];
    }
    for (const head of this.heads) head.setAttribute("role", "columnheader");
  }

  sort(head, place) {
    const next = { none: "ascending", ascending: "descending", descending: "none" };
    const order = next[head.getAttribute("aria-sort")];
    for (const each of this.heads) each.setAttribute("aria-sort", each === head ? order : "none");
    const rows = [...this.asWritten];
    const sign = order === "descending" ? -1 : 1;
    if (order !== "none") {
      rows.sort((a, b) => sign * compare(cellValue(a, place), cellValue(b, place)));
    }
    this.body.append(...rows);
    this.show();
  }

  show() {
    let number = 0;
    for (const row of this.body.rows) {
      const fits = this.fits(row);
      number += fits ? 1 : 0;
      row.hidden = !fits || number > this.most;
    }
    if (this.more) this.more.hidden = number <= this.most;
    return number;
  }
}

const sheets = new Map();
for (const table of document.querySelectorAll("table.sorts")) sheets.set(table.id, new Sheet(table));

for (const finder of document.querySelectorAll(".finder")) {
  const sheet = sheets.get(finder.dataset.table);
  // What a row leads to (reasons and citations of a rule) is looked through as well.
  const beyond = (row) => {
    const led = row.querySelector("a[href^='#c']");
    return led ? document.querySelector(`${led.getAttribute("href")} .reasons`).textContent : "";
  };
  const text = (row) => `${row.textContent} ${beyond(row)}`.toLowerCase().replace(/\s+/g, " ");
  const texts = new Map(sheet.asWritten.map((row) => [row, text(row)]));
  const search = finder.querySelector("input");
  const choices = [...finder.querySelectorAll("select")];
  const shown = finder.querySelector("output");
  const chosen = (row) => (choice) => {
    const cell = row.cells[Number(choice.dataset.column)].textContent;
    return !choice.value || cell.trim().split(/,\s*/).includes(choice.value);
  };
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    sheet.fits = (row) =>
      words.every((word) => texts.get(row).includes(word)) && choices.every(chosen(row));
    const number = sheet.show();
    const all = sheet.asWritten.length;
    shown.textContent = number === all ? `${all} in all` : `${number} of ${all} found`;
  };
  for (const each of [search, ...choices]) each.addEventListener("input", show);
}

function opened() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let each = target; each; each = each.parentElement) {
    if (each.tagName === "DETAILS") each.open = true;
  }
  target.scrollIntoView();
  (target.querySelector(":scope > summary") ?? target).focus({ preventScroll: true });
}
addEventListener("hashchange", opened);
if (location.hash) opened();

for (const [name, open] of [["open", true], ["close", false]]) {
  for (const button of document.querySelectorAll(`button[data-${name}]`)) {
    button.addEventListener("click", () => {
      const inside = document.getElementById(button.dataset[name]);
      for (const each of inside.querySelectorAll("details")) each.open = open;
    });
  }
}

const charts = document.getElementById("charts");
if (charts) {
  const actions = { export: { svg: true, png: false }, source: false, compiled: false, editor: false };
  for (const [id, spec] of Object.entries(JSON.parse(charts.textContent))) {
    const drawn = document.getElementById(id);
    const i18n = { CLICK_TO_VIEW_ACTIONS: "Save this chart", SVG_ACTION: "Save as SVG" };
    vegaEmbed(drawn, spec, { renderer: "svg", ast: true, actions, i18n, tooltip: true }).then(() => {
      drawn.querySelector("summary")?.setAttribute("aria-label", `Save the chart: ${spec.description}`);
    });
  }
}
