"use strict";
(() => {
  // What is absent comes last, whichever way the rest is sorted.
  const compare = (isNumeric, sign) => (a, b) => {
    if (a.value === "" || b.value === "") return (a.value === "") - (b.value === "");
    return sign * (isNumeric
      ? Number(a.value) - Number(b.value)
      : a.value.localeCompare(b.value, "en", { numeric: true }));
  };

  const sort = (table, head, place) => {
    const isAscending = head.getAttribute("aria-sort") !== "ascending";
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, value: row.cells[place].dataset.value }));
    rows.sort(compare(head.dataset.kind === "number", isAscending ? 1 : -1));
    body.append(...rows.map(({ row }) => row));
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", isAscending ? "ascending" : "descending");
  };

  // On the document, so that a table that is put in later is sorted as well.
  document.addEventListener("click", ({ target }) => {
    const head = target.closest("table.sortable thead button")?.closest("th");
    if (head) sort(head.closest("table"), head, head.cellIndex);
  });
})();
