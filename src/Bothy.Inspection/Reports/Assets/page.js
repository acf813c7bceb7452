"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const tables = [...document.querySelectorAll("table.sortable")];
  tables.forEach(sortable);

  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const files = data.files ? readFiles(data) : null;
  const map = files ? startMap(files) : null;
  const list = files && document.getElementById("files") ? startFiles(files) : () => {};

  let pending = 0;
  search.addEventListener("input", () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(find);
  });
  document.addEventListener("keydown", event => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    }
  });
  find();

  function find() {
    const words = search.value.toLowerCase().split(/\s+/).filter(word => word.length > 0);
    tables.forEach(table => filterRows(table, words));
    if (!files) {
      return;
    }
    let wanted = null;
    let total = 0;
    if (words.length > 0) {
      wanted = new Set();
      for (let i = 0; i < files.count; i++) {
        if (words.every(word => files.text(i).includes(word))) {
          wanted.add(i);
          total += files.size[i];
        }
      }
    }
    found.textContent = wanted ? `${wanted.size} ${wanted.size === 1 ? "file" : "files"}, ${bytes(total)}` : "";
    map.mark(wanted);
    list(wanted);
  }

  function readFiles(from) {
    const directories = [""];
    for (let i = 1; i < from.dirs.name.length; i++) {
      directories.push(`${directories[from.dirs.parent[i]]}/${from.dirs.name[i]}`);
    }
    const { dir, name, size, group, layer, kind } = from.files;
    const texts = new Array(dir.length);
    const path = i => `${directories[dir[i]]}/${name[i]}`;
    return {
      count: dir.length, dir, name, size, group, layer, kind, path, directories,
      parent: from.dirs.parent, directoryName: from.dirs.name,
      groups: from.groups, layers: from.layers, kinds: from.kinds,
      groupOf: i => (group[i] < 0 ? from.nobody : from.groups[group[i]]),
      text: i => (texts[i] ??= `${path(i)} ${group[i] < 0 ? from.nobody : from.groups[group[i]]}`.toLowerCase()),
    };
  }

  // The tree of one grouping: directories, or packages or layers with their directories below.
  function hierarchy(of, grouping) {
    const root = { name: "/", size: 0, count: 0, children: [], parent: null };
    const known = new Map();
    const directory = (top, key, index) => {
      if (index === 0) {
        return top;
      }
      const place = `${key}:${index}`;
      let node = known.get(place);
      if (!node) {
        const parent = directory(top, key, of.parent[index]);
        node = { name: of.directoryName[index], size: 0, count: 0, children: [], parent };
        parent.children.push(node);
        known.set(place, node);
      }
      return node;
    };
    const tops = new Map();
    for (let i = 0; i < of.count; i++) {
      if (of.size[i] === 0) {
        continue;
      }
      let top = root;
      const key = grouping === "group" ? of.group[i] : grouping === "layer" ? of.layer[i] : "";
      if (grouping !== "directory") {
        top = tops.get(key);
        if (!top) {
          top = { name: grouping === "group" ? of.groupOf(i) : of.layers[key] ?? "", size: 0, count: 0, children: [], parent: root };
          tops.set(key, top);
          root.children.push(top);
        }
      }
      const parent = directory(top, key, of.dir[i]);
      parent.children.push({ name: of.name[i], size: of.size[i], count: 1, children: null, file: i, parent });
      for (let node = parent; node; node = node.parent) {
        node.size += of.size[i];
        node.count++;
      }
    }
    settle(root, grouping !== "directory");
    return root;
  }

  // Largest first; a directory that holds nothing but another is one with it. A package or a layer keeps its name.
  function settle(node, named = false) {
    node.children.sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
    for (let i = 0; i < node.children.length; i++) {
      let child = node.children[i];
      while (!named && child.children && child.children.length === 1 && child.children[0].children) {
        const only = child.children[0];
        only.name = `${child.name}/${only.name}`;
        only.parent = node;
        node.children[i] = child = only;
      }
      if (child.children) {
        settle(child);
      }
    }
  }

  function startMap(of) {
    const canvas = document.getElementById("map");
    const crumbs = document.getElementById("crumbs");
    const contents = document.getElementById("contents");
    const tip = document.getElementById("tip");
    const legend = document.getElementById("legend");
    const colour = document.getElementById("colour");
    const style = getComputedStyle(document.documentElement);
    const ranks = { group: rank(of.group), layer: rank(of.layer), kind: rank(of.kind) };
    const palette = index => style.getPropertyValue(`--c${index}`).trim();
    const slot = file => Math.min(ranks[colour.value].get(of[colour.value][file]) ?? 9, 9);

    const paint = node => {
      while (node.children) {
        node = node.children[0];
      }
      return palette(slot(node.file));
    };
    const treemap = new Treemap(canvas, paint, change);
    const buttons = [...document.querySelectorAll("[data-grouping]")];
    let shown = null;
    buttons.forEach(button => button.addEventListener("click", () => group(button)));
    colour.addEventListener("change", () => { showLegend(); treemap.draw(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showLegend);
    group(buttons[0]);
    showLegend();
    return treemap;

    // The nine with the most bytes have colours of their own.
    function rank(column) {
      const sizes = new Map();
      column.forEach((key, i) => sizes.set(key, (sizes.get(key) ?? 0) + of.size[i]));
      const order = [...sizes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
      return new Map(order.map(([key], place) => [key, place]));
    }

    function group(button) {
      buttons.forEach(other => other.setAttribute("aria-pressed", String(other === button)));
      shown = null;
      treemap.show(hierarchy(of, button.dataset.grouping));
    }

    function showLegend() {
      const names = colour.value === "kind" ? of.kinds : colour.value === "layer" ? of.layers : of.groups;
      const order = [...ranks[colour.value].keys()];
      const items = order.slice(0, 9).map(key => [names[key] ?? data.nobody, palette(ranks[colour.value].get(key))]);
      if (order.length > 9) {
        items.push([order.length === 10 ? names[order[9]] ?? data.nobody : `${order.length - 9} others`, palette(9)]);
      }
      legend.replaceChildren(...items.map(([name, paintOf]) => {
        const swatch = element("i", { "aria-hidden": "true" });
        swatch.style.background = paintOf;
        return element("li", {}, swatch, element("bdi", {}, name));
      }));
    }

    function change(at, hot, event) {
      if (at !== shown) {
        shown = at;
        showPlace(at);
      }
      for (const item of contents.children) {
        item.classList.toggle("hot", item.node === hot);
      }
      if (!hot || !event) {
        tip.hidden = true;
        return;
      }
      describe(hot);
      const box = canvas.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      tip.style.left = `${Math.min(x + 14, box.width - tip.offsetWidth - 4)}px`;
      tip.style.top = `${y + 18 + tip.offsetHeight > box.height ? y - tip.offsetHeight - 10 : y + 18}px`;
    }

    function describe(node) {
      const parts = [];
      for (let up = node; up && up.parent; up = up.parent) {
        parts.unshift(up.name);
      }
      const path = node.children ? parts.join("/") : of.path(node.file);
      const share = `${(100 * node.size / treemap.root.size).toFixed(1)} %`;
      const lines = [element("strong", {}, element("bdi", {}, path)), element("span", {}, `${bytes(node.size)} · ${share}${node.children ? ` · ${node.count} files` : ""}`)];
      if (!node.children) {
        lines.push(element("span", {}, element("bdi", {}, of.groupOf(node.file)), ` · ${of.kinds[of.kind[node.file]]}`));
        lines.push(element("span", {}, element("bdi", {}, of.layers[of.layer[node.file]] ?? "")));
      }
      tip.replaceChildren(...lines);
      tip.hidden = false;
    }

    function showPlace(at) {
      const way = [];
      for (let node = at; node; node = node.parent) {
        way.unshift(node);
      }
      crumbs.replaceChildren(...way.map((node, i) => {
        const label = i === 0 ? "all" : node.name;
        const item = i === way.length - 1
          ? element("span", { "aria-current": "location" }, label)
          : element("button", { type: "button" }, label);
        item.addEventListener("click", () => { if (node !== treemap.at) { treemap.zoom(node); } });
        return element("li", {}, item);
      }), element("li", { class: "sum" }, `${bytes(at.size)}, ${at.count} ${at.count === 1 ? "file" : "files"}`));
      const most = at.children.length > 0 ? at.children[0].size : 1;
      contents.replaceChildren(...at.children.slice(0, 200).map(node => {
        const item = element(node.children ? "button" : "div", node.children ? { type: "button" } : {},
          element("bdi", {}, node.children ? `${node.name}/` : node.name), element("span", {}, bytes(node.size)), element("b", { "aria-hidden": "true" }));
        item.lastChild.style.width = `${100 * node.size / most}%`;
        const entry = element("li", {}, item);
        entry.node = node;
        item.addEventListener("mouseenter", () => treemap.point(node));
        item.addEventListener("focus", () => treemap.point(node));
        item.addEventListener("click", () => treemap.zoom(node));
        return entry;
      }));
      if (at.children.length > 200) {
        contents.append(element("li", { class: "more" }, `and ${at.children.length - 200} smaller ones`));
      }
    }
  }

  // Thousands of rows are made only when somebody asks for them.
  function startFiles(of) {
    const table = document.getElementById("files");
    const more = document.getElementById("more-files");
    const count = document.getElementById("files-count");
    const order = [...of.size.keys()].sort((a, b) => of.size[b] - of.size[a]);
    let chosen = order;
    let column = "size";
    let ascending = false;
    let shown = 0;
    const keys = { path: of.path, group: of.groupOf, layer: i => of.layer[i], size: i => of.size[i] };
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach(heading => {
      const button = element("button", { type: "button" }, ...heading.childNodes);
      heading.replaceChildren(button);
      button.addEventListener("click", () => {
        ascending = column === heading.dataset.column ? !ascending : heading.dataset.column !== "size";
        column = heading.dataset.column;
        headings.forEach(other => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        sort();
        restart();
      });
    });
    more.addEventListener("click", () => add(500));
    return wanted => {
      chosen = wanted ? order.filter(i => wanted.has(i)) : [...order];
      if (column !== "size" || ascending) {
        sort();
      }
      restart();
    };

    function sort() {
      const key = keys[column];
      const keyed = chosen.map(i => [key(i), i]);
      keyed.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
      chosen = keyed.map(item => item[1]);
      if (!ascending) {
        chosen.reverse();
      }
    }

    function restart() {
      shown = 0;
      table.tBodies[0].replaceChildren();
      add(50);
    }

    function add(rows) {
      const next = chosen.slice(shown, shown + rows);
      table.tBodies[0].append(...next.map(i => element("tr", {},
        element("td", { class: "path" }, element("bdi", {}, of.path(i))),
        element("td", {}, element("bdi", {}, of.groupOf(i))),
        element("td", {}, element("bdi", {}, of.layers[of.layer[i]] ?? "")),
        element("td", { class: "number" }, bytes(of.size[i])))));
      shown += next.length;
      more.hidden = shown >= chosen.length;
      count.textContent = `${shown} of ${chosen.length}`;
    }
  }
})();
