"use strict";
// Keeps a page as it would be if it were loaded now: when the server says that something changed, the page is
// fetched, and the parts of it that differ are put in.
(() => {
  const { events, charts, study } = document.body.dataset;
  const connection = document.getElementById("connection");
  // Between two looks at the page, in milliseconds.
  const pause = 1500;

  // What has to be the same for charts to be drawn anew in place.
  const outline = (part) =>
    [...part.querySelectorAll(".chart, h3, .legend button")]
      .map((element) => `${element.id}${element.dataset.group ?? ""}${element.id ? "" : element.textContent}`)
      .join("|");

  const redraw = async (isNew) => {
    if (!charts || !document.querySelector(".chart")) return;
    const answer = await fetch(charts);
    if (!answer.ok) return;
    const data = await answer.json();
    (isNew ? gnomonFigures.start : gnomonFigures.update)(data);
  };

  // What a reader has opened, scrolled to or stands on stays as it is.
  const replace = (old, fresh) => {
    const open = [...old.querySelectorAll("details")].map((each) => each.open);
    const places = [...old.querySelectorAll(".scroll, pre")].map((each) => [each.scrollLeft, each.scrollTop]);
    const address = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    old.replaceChildren(...document.adoptNode(fresh).childNodes);
    [...old.querySelectorAll("details")].forEach((each, place) => (each.open = open[place] ?? each.open));
    [...old.querySelectorAll(".scroll, pre")].forEach((each, place) => {
      [each.scrollLeft, each.scrollTop] = places[place] ?? [0, 0];
    });
    if (address) [...old.querySelectorAll("a")].find((each) => each.getAttribute("href") === address)?.focus();
  };

  const refresh = async () => {
    const answer = await fetch(location.href);
    if (answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    let hasNewFigures = false;
    for (const fresh of page.querySelectorAll("[data-live]")) {
      const old = document.querySelector(`[data-live="${fresh.dataset.live}"]`);
      // A part that was not there before has no place yet.
      if (!old) return location.reload();
      if (fresh.dataset.figures) {
        if (outline(old) === outline(fresh)) continue;
        hasNewFigures = true;
      }
      if (old.innerHTML !== fresh.innerHTML) replace(old, fresh);
    }
    await redraw(hasNewFigures);
  };

  let isWanted = false;
  let isBusy = false;
  const want = async () => {
    isWanted = true;
    if (isBusy || document.hidden) return;
    isBusy = true;
    while (isWanted && !document.hidden) {
      isWanted = false;
      try {
        await refresh();
      } catch {
        isWanted = false;
      }
      await new Promise((done) => setTimeout(done, pause));
    }
    isBusy = false;
  };
  document.addEventListener("visibilitychange", () => isWanted && want());

  const concerns = ({ runs, studies, removed }) =>
    !study || !studies || studies.includes(study) || removed?.includes(study);

  const listen = () => {
    const stream = new EventSource(events);
    stream.addEventListener("open", () => {
      connection.textContent = "live";
      connection.classList.remove("lost");
    });
    stream.addEventListener("change", ({ data }) => concerns(JSON.parse(data)) && want());
    stream.addEventListener("state", want);
    stream.addEventListener("error", () => {
      connection.textContent = "no connection";
      connection.classList.add("lost");
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 10000);
    });
    addEventListener("pagehide", () => stream.close());
  };

  redraw(true);
  if (events) listen();
})();
