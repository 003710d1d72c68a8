"use strict";
// Keeps a page as it would be if it were loaded now: when the server says that something changed, the page is
// fetched, and the parts of it that differ are put in.
(() => {
  const { events, study, runs: shown } = document.body.dataset;
  let { charts } = document.body.dataset;
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
    const chosen = new Set([...old.querySelectorAll("input[name=runs]:checked")].map((each) => each.value));
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const [address, value] = [active?.getAttribute("href"), active?.getAttribute("value")];
    old.replaceChildren(...document.adoptNode(fresh).childNodes);
    [...old.querySelectorAll("details")].forEach((each, place) => (each.open = open[place] ?? each.open));
    [...old.querySelectorAll(".scroll, pre")].forEach((each, place) => {
      [each.scrollLeft, each.scrollTop] = places[place] ?? [0, 0];
    });
    for (const each of old.querySelectorAll("input[name=runs][type=checkbox]")) each.checked = chosen.has(each.value);
    if (address) [...old.querySelectorAll("a")].find((each) => each.getAttribute("href") === address)?.focus();
    if (value) [...old.querySelectorAll("input")].find((each) => each.value === value)?.focus();
  };

  const refresh = async () => {
    const answer = await fetch(location.href);
    if (answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    charts = page.body.dataset.charts;
    let hasNewFigures = false;
    for (const fresh of page.querySelectorAll("[data-live]")) {
      const old = document.querySelector(`[data-live="${fresh.dataset.live}"]`);
      // A part that was not there before has no place yet.
      if (!old) return location.reload();
      if (fresh.dataset.figures) {
        if (outline(old) === outline(fresh)) {
          const captions = fresh.querySelectorAll("figcaption");
          old.querySelectorAll("figcaption").forEach((each, place) => {
            if (each.innerHTML !== captions[place]?.innerHTML) each.replaceChildren(...captions[place].childNodes);
          });
          continue;
        }
        hasNewFigures = true;
      }
      if (old.innerHTML !== fresh.innerHTML) replace(old, fresh);
    }
    await redraw(hasNewFigures);
  };

  let isWanted = false;
  let isBusy = false;
  // A reader who chose something does not wait for the pause to end.
  let isUrgent = false;
  let wake = () => {};
  const want = async () => {
    isWanted = true;
    if (isBusy || document.hidden) return;
    isBusy = true;
    while (isWanted && !document.hidden) {
      isWanted = isUrgent = false;
      try {
        await refresh();
      } catch {
        isWanted = false;
      }
      if (isUrgent) continue;
      await new Promise((done) => {
        wake = done;
        setTimeout(done, pause);
      });
    }
    isBusy = false;
  };
  document.addEventListener("visibilitychange", () => isWanted && want());

  const concerns = ({ runs, studies, removed }) => {
    const own = shown ? shown.split(" ") : [];
    const isOfRuns = !own.length || !runs || own.some((each) => runs.includes(each) || removed?.includes(each));
    return isOfRuns && (!study || !studies || studies.includes(study) || removed?.includes(study));
  };

  // Choices that show at once: the address says what is shown, as if the form had been sent.
  const form = document.querySelector("form[data-follow]");
  const follow = () => {
    const query = new URLSearchParams();
    for (const [key, value] of new FormData(form)) {
      if (value !== "") query.append(key, value);
    }
    history.replaceState(null, "", `${form.getAttribute("action")}?${query}`);
    isWanted = isUrgent = true;
    wake();
    want();
  };
  document.addEventListener("input", ({ target }) => {
    if (!form || target.form !== form || !target.dataset.now) return;
    const output = document.getElementById(target.dataset.shown);
    if (output) output.value = Number(Number(target.value).toPrecision(3));
    follow();
  });

  // Other pages and other orders of a table keep what was chosen in it.
  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("[data-keeps-choice] :is(thead, nav) a");
    if (!link) return;
    const address = new URL(link.href);
    const chosen = new FormData(document.getElementById("choice")).getAll("runs");
    address.searchParams.delete("runs");
    if (chosen.length) address.searchParams.set("runs", chosen.join(","));
    link.href = address;
  });

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
