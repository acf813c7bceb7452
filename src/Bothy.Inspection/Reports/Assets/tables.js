"use strict";

// Powers of 1024, as everywhere in this report.
function bytes(size) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  let value = size;
  while (value >= 1024 && unit < 3) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${size} B` : `${value.toFixed(unit === 3 ? 2 : 1)} ${units[unit]}`;
}

// All text of the page is set as text; nothing of an image is ever read as markup.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function sortable(table) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    if (!heading.dataset.sort) {
      return;
    }
    const button = element("button", { type: "button" }, ...heading.childNodes);
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const ascending = heading.getAttribute("aria-sort") ? heading.getAttribute("aria-sort") === "descending" : heading.dataset.sort === "text";
      headings.forEach(other => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sortRows(table, column, heading.dataset.sort === "number", ascending);
    });
  });
}

function sortRows(table, column, byNumber, ascending) {
  const body = table.tBodies[0];
  const keyed = [...body.rows].map(row => {
    const cell = row.cells[column];
    return { row, key: byNumber ? Number(cell.dataset.value ?? cell.textContent) : cell.textContent };
  });
  const order = byNumber ? (a, b) => a.key - b.key : (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  keyed.sort((a, b) => (ascending ? order(a, b) : order(b, a)));
  body.append(...keyed.map(item => item.row));
}

// Hides the rows without the words; says beside the heading how many are left.
function filterRows(table, words) {
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
    shown += row.hidden ? 0 : 1;
  }
  const none = table.parentElement.querySelector(".none");
  if (none) {
    none.hidden = shown > 0;
  }
  const count = document.querySelector(`[data-count-of="${table.id}"]`);
  if (count) {
    count.textContent = words.length > 0 ? `${shown} of ${table.tBodies[0].rows.length}` : `${table.tBodies[0].rows.length}`;
  }
}
