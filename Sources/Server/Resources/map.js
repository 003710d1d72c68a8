"use strict";
// Maps of layers: images as points on a canvas that a reader moves, brings closer and points at.
(() => {
  const section = document.getElementById("map");
  if (!section) return;
  const canvas = document.getElementById("plane");
  const layer = document.getElementById("layer");
  const color = document.getElementById("color");
  const number = document.getElementById("point");
  // What is typed is shown at once; to send the form would begin anew.
  number.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  const told = document.getElementById("told");
  const legend = document.getElementById("legend");
  const help = told.firstElementChild;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const [categories, shades] = ["categories", "shades"].map((name) =>
    section.dataset[name].split(";").map((each) => each.split(",")));

  const asked = async (address, signal) => {
    const answer = await fetch(address, { signal });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer;
  };
  // The numbers are little-endian, as the machines are that browsers run on.
  const floats = async (address) => new Float32Array(await (await asked(address)).arrayBuffer());

  // This run first, then those that are drawn over it.
  const maps = [...section.querySelectorAll("[data-over]")].map(({ dataset }) => ({
    address: dataset.over, name: dataset.name,
  }));
  maps.unshift({ address: section.dataset.map, name: section.dataset.name });

  // Brings a map onto the first one: same images, turned or mirrored and of one size; others of one size alone.
  const aligned = (points, model) => {
    const size = Math.sqrt(points.reduce((sum, each) => sum + each * each, 0) / (points.length / 2)) || 1;
    let [cosine, sine, mirror] = [1, 0, 1];
    if (model && model.length === points.length) {
      const sums = [0, 0, 0, 0];
      for (let at = 0; at < points.length; at += 2) {
        const [x, y, u, v] = [points[at], points[at + 1], model[at], model[at + 1]];
        sums[0] += x * u + y * v;
        sums[1] += x * v - y * u;
        sums[2] += x * u - y * v;
        sums[3] += x * v + y * u;
      }
      mirror = Math.hypot(sums[2], sums[3]) > Math.hypot(sums[0], sums[1]) ? -1 : 1;
      const [a, b] = mirror < 0 ? [sums[2], sums[3]] : [sums[0], sums[1]];
      const length = Math.hypot(a, b) || 1;
      [cosine, sine] = [a / length, b / length];
    }
    const places = new Float32Array(points.length);
    for (let at = 0; at < points.length; at += 2) {
      const [x, y] = [points[at] / size, (mirror * points[at + 1]) / size];
      places[at] = cosine * x - sine * y;
      places[at + 1] = sine * x + cosine * y;
    }
    return places;
  };

  const values = new Map();
  const column = async (name) => {
    if (!values.has(name)) {
      values.set(name, await floats(`${maps[0].address}/columns?column=${encodeURIComponent(name)}`));
    }
    return values.get(name);
  };
  const known = (name) => maps[0].record.columns.find((each) => each.name === name);
  const said = (name, value) => {
    const { kind, names } = known(name);
    if (Number.isNaN(value)) return "–";
    return kind === "classes" ? names[value] ?? String(value) : String(Number(value.toPrecision(4))).replace("-", "−");
  };

  // Which colour each point has, and what the colours say.
  let groups = { of: () => 0, paints: [], names: [] };
  const hidden = new Set();
  const hue = (place, count) => `hsl(${Math.round((360 * place) / count)} ${dark.matches ? "70% 66%" : "68% 40%"})`;
  const group = async () => {
    const page = dark.matches ? 1 : 0;
    if (!color.value) {
      const paints = maps.map((_, place) => categories[page][place % categories[page].length]);
      groups = { of: (map) => map, paints, names: maps.map((each) => each.name) };
      return;
    }
    const own = await column(color.value);
    const { kind, names, period } = known(color.value);
    if (kind === "classes") {
      const count = Math.max(names.length, own.reduce((most, each) => Math.max(most, each + 1), 0));
      const paints = [...Array(count).keys()].map((place) =>
        count <= categories[page].length ? categories[page][place] : hue(place, count));
      groups = { of: (_, point) => own[point], paints, names: paints.map((_, place) => names[place] ?? String(place)) };
      return;
    }
    const finite = own.filter(Number.isFinite);
    const least = kind === "circle" ? 0 : finite.reduce((a, b) => Math.min(a, b), Infinity);
    const most = kind === "circle" ? period : finite.reduce((a, b) => Math.max(a, b), -Infinity);
    const count = shades[page].length;
    const paints = kind === "circle" ? shades[page].map((_, place) => hue(place, count)) : shades[page];
    const width = most - least || 1;
    groups = {
      of: (_, point) => Math.min(count - 1, Math.max(0, Math.floor(((own[point] - least) / width) * count))),
      paints,
      names: paints.map((_, place) => said(color.value, least + (width * (place + 0.5)) / count)),
      isScale: true,
    };
  };

  const tell = () => {
    legend.classList.toggle("scale", Boolean(groups.isScale));
    legend.replaceChildren(...groups.paints.slice(0, 200).map((paint, place) => {
      const item = document.createElement("li");
      const button = document.createElement(groups.isScale ? "span" : "button");
      const swatch = document.createElement("i");
      swatch.style.background = paint;
      const name = !groups.isScale || place === 0 || place === groups.paints.length - 1 ? groups.names[place] : "";
      button.append(...(groups.isScale && place === 0 ? [name, swatch] : [swatch, name]));
      if (!groups.isScale) {
        button.type = "button";
        button.setAttribute("aria-pressed", String(!hidden.has(place)));
        button.addEventListener("click", () => {
          if (!hidden.delete(place)) hidden.add(place);
          button.setAttribute("aria-pressed", String(!hidden.has(place)));
          draw();
        });
      }
      item.append(button);
      return item;
    }));
  };

  // The middle of what is seen, and how many pixels one unit has, of the screen's own.
  const view = { x: 0, y: 0, scale: 1, isMoved: false };
  let chosen = null;
  let isKept = false;
  let near = [];
  const place = (map, point) => [
    canvas.clientWidth / 2 + (maps[map].places[2 * point] - view.x) * view.scale,
    canvas.clientHeight / 2 - (maps[map].places[2 * point + 1] - view.y) * view.scale,
  ];
  const showAll = () => {
    view.isMoved = false;
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const { places } of maps) {
      for (let at = 0; at < places.length; at += 2) {
        [left, right] = [Math.min(left, places[at]), Math.max(right, places[at])];
        [low, high] = [Math.min(low, places[at + 1]), Math.max(high, places[at + 1])];
      }
    }
    [view.x, view.y] = [(left + right) / 2, (low + high) / 2];
    view.scale = 0.92 * Math.min(canvas.clientWidth / (right - left || 1), canvas.clientHeight / (high - low || 1));
  };

  let isDue = false;
  const draw = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      paint();
    });
  };
  const paint = () => {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const count = maps.reduce((sum, each) => sum + each.places.length / 2, 0);
    const radius = count > 30000 ? 1 : count > 5000 ? 1.5 : count > 500 ? 2.2 : 3.5;
    context.globalAlpha = 0.8;
    const colored = groups.paints.map(() => []);
    maps.forEach(({ places }, map) => {
      for (let point = 0; point < places.length / 2; point += 1) {
        const own = groups.of(map, point);
        if (!hidden.has(own)) colored[own]?.push(map, point);
      }
    });
    colored.forEach((points, own) => {
      context.fillStyle = groups.paints[own];
      for (let at = 0; at < points.length; at += 2) {
        const [x, y] = place(points[at], points[at + 1]);
        if (x > -4 && y > -4 && x < width + 4 && y < height + 4) {
          context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
        }
      }
    });
    context.globalAlpha = 1;
    if (!chosen) return;
    context.strokeStyle = getComputedStyle(canvas).color;
    near.forEach(({ points }, row) => {
      context.setLineDash(row ? [3, 3] : []);
      for (const point of points) {
        const [x, y] = place(chosen.map, point);
        context.strokeRect(x - 5, y - 5, 10, 10);
      }
    });
    context.setLineDash([]);
    context.lineWidth = 2;
    context.beginPath();
    context.arc(...place(chosen.map, chosen.point), 8, 0, 2 * Math.PI);
    context.stroke();
  };

  const picture = (bytes, at, side) => {
    const image = document.createElement("canvas");
    [image.width, image.height] = [side, side];
    const pixels = new ImageData(side, side);
    for (let pixel = 0; pixel < side * side; pixel += 1) {
      for (let part = 0; part < 3; part += 1) {
        pixels.data[4 * pixel + part] = bytes[at * side * side * 3 + 3 * pixel + part];
      }
      pixels.data[4 * pixel + 3] = 255;
    }
    image.getContext("2d").putImageData(pixels, 0, 0);
    image.setAttribute("role", "img");
    return image;
  };

  const element = (name, text, ...children) => {
    const made = document.createElement(name);
    made.append(text, ...children);
    return made;
  };

  let controller = null;
  const choose = async (found) => {
    if (found?.map === chosen?.map && found?.point === chosen?.point) return;
    chosen = found;
    near = [];
    controller?.abort();
    draw();
    if (!found) return told.replaceChildren(help);
    const { signal } = (controller = new AbortController());
    // A pointer that passes by asks for nothing.
    await new Promise((done) => setTimeout(done, 60));
    if (signal.aborted) return;
    try {
      await show(found, signal);
    } catch (error) {
      if (!signal.aborted) told.replaceChildren(element("p", `This point cannot be shown: ${error.message}`));
    }
  };

  const show = async ({ map, point }, signal) => {
    const { address, record, name } = maps[map];
    const { layers } = await (await asked(`${address}/neighbors?point=${point}`, signal)).json();
    const points = [...new Set([point, ...layers.flatMap((each) => each.points)])];
    const bytes = record.side
      ? new Uint8Array(await (await asked(`${address}/images?points=${points.join(",")}`, signal)).arrayBuffer())
      : null;
    const isOwn = record.images === maps[0].record.images;
    const facts = [];
    for (const each of isOwn ? maps[0].record.columns : []) {
      facts.push([each.name, said(each.name, (await column(each.name))[point])]);
    }
    if (signal.aborted) return;
    const shown = (each) => {
      const image = bytes ? picture(bytes, points.indexOf(each), record.side) : element("span", String(each));
      const label = isOwn && known("label") ? `, ${said("label", values.get("label")[each])}` : "";
      image.setAttribute("aria-label", `image ${each}${label}`);
      image.title = `${each}${label}`;
      return image;
    };
    const rows = layers.map(({ layer: at, points: all }) => {
      const others = layers.filter((each) => each.layer !== at).flatMap((each) => each.points);
      const list = element("ol", "");
      for (const each of all) {
        const item = element("li", "", shown(each));
        if (others.length && !others.includes(each)) item.className = "alone";
        list.append(item);
      }
      return element("div", "", element("h3", `Nearest at ${at}`), list);
    });
    const shared = layers.length > 1 ? layers[0].points.filter((each) => layers[1].points.includes(each)).length : null;
    near = layers;
    const list = element("dl", "");
    for (const [key, value] of facts) list.append(element("div", "", element("dt", key), element("dd", value)));
    told.replaceChildren(
      element("h2", maps.length > 1 ? `Point ${point} of ${name}` : `Point ${point}`),
      shown(point), list, ...rows,
      ...(shared === null ? [] : [element("p", `${shared} of ${layers[0].points.length} are the same; the others are framed.`)]));
    draw();
  };

  const nearest = (x, y, reach, isMeant = () => true) => {
    let [best, least] = [null, reach];
    maps.forEach(({ places }, map) => {
      for (let point = 0; point < places.length / 2; point += 1) {
        const [u, v] = place(map, point);
        const distance = Math.hypot(u - x, v - y);
        if (distance < least && isMeant(u - x, v - y) && !hidden.has(groups.of(map, point))) {
          [best, least] = [{ map, point }, distance];
        }
      }
    });
    return best;
  };

  const zoom = (factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    if (!factor) showAll();
    else {
      view.isMoved = true;
      const [across, up] = [x - canvas.clientWidth / 2, canvas.clientHeight / 2 - y];
      view.x += (across / view.scale) * (1 - 1 / factor);
      view.y += (up / view.scale) * (1 - 1 / factor);
      view.scale *= factor;
    }
    draw();
  };

  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    drag = { x: event.offsetX, y: event.offsetY, hasMoved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", ({ offsetX: x, offsetY: y }) => {
    if (drag) {
      if (!drag.hasMoved && Math.hypot(x - drag.x, y - drag.y) < 4) return;
      view.isMoved = true;
      view.x -= (x - drag.x) / view.scale;
      view.y += (y - drag.y) / view.scale;
      drag = { x, y, hasMoved: true };
      draw();
    } else if (!isKept) choose(nearest(x, y, 14));
  });
  canvas.addEventListener("pointerup", ({ offsetX: x, offsetY: y }) => {
    if (drag && !drag.hasMoved) {
      const found = nearest(x, y, 18);
      isKept = found !== null;
      choose(found);
    }
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => (drag = null));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const direction = directions[event.key];
    if (direction) {
      const [x, y] = chosen ? place(chosen.map, chosen.point) : [canvas.clientWidth / 2, canvas.clientHeight / 2];
      const found = nearest(x, y, Infinity, (u, v) =>
        !chosen || (u * direction[0] + v * direction[1] > 0.7 * Math.hypot(u, v) && Math.hypot(u, v) > 0));
      if (found) [isKept] = [true, choose(found)];
    } else if (event.key === "+" || event.key === "-") zoom(event.key === "+" ? 1.5 : 2 / 3);
    else if (event.key === "0") zoom(0);
    else if (event.key === "Escape") [isKept] = [false, choose(null)];
    else return;
    event.preventDefault();
  });
  section.addEventListener("click", ({ target }) => target.dataset?.zoom && zoom(Number(target.dataset.zoom)));
  number.addEventListener("input", () => {
    const point = number.valueAsNumber;
    if (Number.isInteger(point) && point >= 0 && point < maps[0].record.count) {
      [isKept] = [true, choose({ map: 0, point })];
    }
  });

  const load = async () => {
    const loaded = await Promise.all(maps.map(({ address }) =>
      floats(`${address}/points?layer=${encodeURIComponent(layer.value)}`)));
    const first = aligned(loaded[0]);
    maps.forEach((each, at) => {
      const isSame = each.record.images === maps[0].record.images;
      each.places = at ? aligned(loaded[at], isSame ? first : null) : first;
    });
    showAll();
    draw();
  };
  const recolor = async () => {
    hidden.clear();
    await group();
    tell();
    draw();
  };
  const failed = (error) => told.replaceChildren(element("p", `The map cannot be shown: ${error.message}`));
  layer.addEventListener("change", () => load().catch(failed));
  color.addEventListener("change", () => recolor().catch(failed));
  dark.addEventListener("change", () => recolor().catch(failed));
  new ResizeObserver(() => {
    if (!maps[0].places) return;
    if (!view.isMoved) showAll();
    draw();
  }).observe(canvas);

  const start = async () => {
    for (const each of maps) each.record = (await (await asked(each.address)).json()).map;
    if (maps.some((each) => !each.record)) throw new Error("a run's map is gone");
    await load();
    await recolor();
    section.dataset.points = String(maps.reduce((sum, each) => sum + each.places.length / 2, 0));
  };
  start().catch(failed);
})();
