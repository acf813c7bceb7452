"use strict";

// A squarified treemap (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000) on a canvas: one element however many files there are, so
// that an image of 30,000 files draws in one frame. What it shows is offered as a list of buttons as well, for those who do not point.
class Treemap {
  static Header = 18;
  static Smallest = 2.5;

  constructor(canvas, paint, onChange) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.paint = paint;
    this.onChange = onChange;
    this.cells = [];
    this.root = null;
    this.at = null;
    this.hot = null;
    this.wanted = null;
    canvas.addEventListener("click", event => this.#click(event));
    canvas.addEventListener("contextmenu", event => { event.preventDefault(); this.out(); });
    canvas.addEventListener("mousemove", event => this.#hover(this.#hit(event), event));
    canvas.addEventListener("mouseleave", () => this.#hover(null, null));
    canvas.addEventListener("keydown", event => this.#key(event));
    canvas.addEventListener("blur", () => this.#hover(null, null));
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  show(root) {
    this.root = this.at = root;
    this.hot = null;
    this.draw();
    this.onChange(this.at, null);
  }

  // Marks the files that a search found; null marks none.
  mark(wanted) {
    this.wanted = wanted;
    this.draw();
  }

  zoom(node) {
    if (!node || !node.children || node === this.at) {
      return;
    }
    const cell = this.cells.find(candidate => candidate.node === node);
    const inward = cell ? [cell.x, cell.y, cell.w, cell.h] : null;
    this.at = node;
    this.hot = null;
    this.#glide(inward);
    this.onChange(this.at, null);
  }

  out() {
    if (this.at && this.at.parent) {
      const from = this.at;
      this.at = from.parent;
      this.hot = from;
      this.draw();
      this.onChange(this.at, null);
    }
  }

  point(node) {
    this.#hover(node, null);
  }

  draw() {
    const box = this.canvas.getBoundingClientRect();
    if (!this.at || box.width === 0) {
      return;
    }
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(box.width * scale);
    this.canvas.height = Math.round(box.height * scale);
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.style = getComputedStyle(this.canvas);
    this.ink = this.style.getPropertyValue("--map-ink").trim();
    this.ground = this.style.getPropertyValue("--map-ground").trim();
    this.faint = this.style.getPropertyValue("--ink-2").trim();
    this.context.fillStyle = this.ground;
    this.context.fillRect(0, 0, box.width, box.height);
    this.context.textBaseline = "middle";
    this.cells = [];
    this.#place(this.at.children, 0, 0, box.width, box.height, 0);
    this.#frame();
  }

  #place(nodes, x, y, width, height, depth) {
    const total = nodes.reduce((sum, node) => sum + node.size, 0);
    let left = total;
    let from = 0;
    while (from < nodes.length && left > 0 && nodes[from].size > 0) {
      const side = Math.min(width, height);
      if (side < 1) {
        return;
      }
      const unit = width * height / left;
      let until = from;
      let row = 0;
      let worst = Infinity;
      while (until < nodes.length) {
        const more = row + nodes[until].size;
        const next = Treemap.#worst(more * unit, nodes[from].size * unit, nodes[until].size * unit, side);
        if (next > worst) {
          break;
        }
        worst = next;
        row = more;
        until++;
      }
      const thick = row * unit / side;
      let offset = 0;
      for (let i = from; i < until; i++) {
        const length = nodes[i].size / row * side;
        if (width >= height) {
          this.#cell(nodes[i], x, y + offset, thick, length, depth);
        } else {
          this.#cell(nodes[i], x + offset, y, length, thick, depth);
        }
        offset += length;
      }
      if (width >= height) {
        x += thick;
        width -= thick;
      } else {
        y += thick;
        height -= thick;
      }
      left -= row;
      from = until;
    }
  }

  static #worst(area, largest, smallest, side) {
    const thick = area / side;
    return Math.max(largest / (thick * thick), thick * thick / smallest);
  }

  #cell(node, x, y, w, h, depth) {
    this.cells.push({ node, x, y, w, h, depth });
    const gap = Math.min(1, w / 4, h / 4);
    const [ix, iy, iw, ih] = [x + gap / 2, y + gap / 2, w - gap, h - gap];
    if (!node.children || w < Treemap.Smallest || h < Treemap.Smallest) {
      this.#block(node, ix, iy, iw, ih);
      return;
    }
    const header = h > 2.4 * Treemap.Header && w > 44 ? Treemap.Header : 0;
    const pad = w > 24 && h > 24 ? 2 : 0;
    if (header) {
      this.context.fillStyle = this.style.getPropertyValue(depth % 2 ? "--map-group-2" : "--map-group").trim();
      this.context.fillRect(ix, iy, iw, ih);
      this.#label(node, x + 5, y + header / 2 + 0.5, w - 10, this.faint, depth === 0);
    }
    this.#place(node.children, x + pad, y + header, w - 2 * pad, h - header - pad, depth + 1);
  }

  #block(node, x, y, w, h) {
    this.context.globalAlpha = this.wanted && !this.#isWanted(node) ? 0.16 : 1;
    this.context.fillStyle = this.paint(node);
    this.context.fillRect(x, y, Math.max(w, 0.5), Math.max(h, 0.5));
    if (w > 46 && h > 15) {
      this.#label(node, x + 5, y + Math.min(h / 2, 11), w - 9, this.ink, false, h > 32 ? y + 25 : null);
    }
    this.context.globalAlpha = 1;
  }

  #isWanted(node) {
    return node.children ? node.children.some(child => this.#isWanted(child)) : this.wanted.has(node.file);
  }

  #label(node, x, y, width, colour, strong, second = null) {
    this.context.fillStyle = colour;
    this.context.font = `${strong ? "600 " : ""}11px ${this.style.fontFamily}`;
    const text = Treemap.#fit(this.context, node.name, width);
    this.context.fillText(text, x, y);
    const size = bytes(node.size);
    if (second !== null) {
      this.context.fillText(Treemap.#fit(this.context, size, width), x, second);
    } else if (node.children) {
      const [used, more] = [this.context.measureText(text).width, this.context.measureText(size).width];
      if (used + more + 14 < width) {
        this.context.font = `11px ${this.style.fontFamily}`;
        this.context.fillText(size, x + width - more, y);
      }
    }
  }

  static #fit(context, text, width) {
    if (context.measureText(text).width <= width) {
      return text;
    }
    let [low, high] = [0, text.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(text.slice(0, middle) + "…").width <= width) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low > 1 ? text.slice(0, low) + "…" : "";
  }

  #frame() {
    const cell = this.hot && this.cells.find(candidate => candidate.node === this.hot);
    if (cell) {
      this.context.lineWidth = 2;
      this.context.strokeStyle = this.style.getPropertyValue("--ink").trim();
      this.context.strokeRect(cell.x + 1, cell.y + 1, cell.w - 2, cell.h - 2);
    }
  }

  #hit(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    for (let i = this.cells.length - 1; i >= 0; i--) {
      const cell = this.cells[i];
      if (x >= cell.x && x < cell.x + cell.w && y >= cell.y && y < cell.y + cell.h) {
        return cell.node;
      }
    }
    return null;
  }

  // What lies directly in the shown node, on the way to another.
  #topOf(node) {
    while (node && node.parent !== this.at) {
      node = node.parent;
    }
    return node;
  }

  #click(event) {
    const node = this.#hit(event);
    if (node) {
      const top = this.#topOf(node);
      this.zoom(top.children ? top : null);
    }
  }

  #hover(node, event) {
    if (node !== this.hot) {
      this.hot = node;
      this.draw();
    }
    this.onChange(this.at, node, event);
  }

  #key(event) {
    const top = this.cells.filter(cell => cell.depth === 0);
    const now = top.findIndex(cell => cell.node === this.#topOf(this.hot));
    if (event.key === "Enter" || event.key === " ") {
      this.zoom(now >= 0 ? top[now].node : null);
    } else if (event.key === "Escape" || event.key === "Backspace") {
      this.out();
    } else if (event.key.startsWith("Arrow") && top.length > 0) {
      this.#hover(now < 0 ? top[0].node : Treemap.#beside(top, top[now], event.key), null);
    } else {
      return;
    }
    event.preventDefault();
  }

  static #beside(cells, from, key) {
    const middle = cell => [cell.x + cell.w / 2, cell.y + cell.h / 2];
    const [fx, fy] = middle(from);
    let best = from;
    let least = Infinity;
    for (const cell of cells) {
      const [dx, dy] = [middle(cell)[0] - fx, middle(cell)[1] - fy];
      const [along, across] = key === "ArrowRight" ? [dx, dy] : key === "ArrowLeft" ? [-dx, dy] : key === "ArrowDown" ? [dy, dx] : [-dy, dx];
      const cost = along + 3 * Math.abs(across);
      if (along > 0.5 && cost < least) {
        [best, least] = [cell, cost];
      }
    }
    return best.node;
  }

  // The clicked part grows to the whole, so that the eye follows; not for those who asked their system for less motion.
  #glide(box) {
    if (!box || matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.draw();
      return;
    }
    const before = document.createElement("canvas");
    [before.width, before.height] = [this.canvas.width, this.canvas.height];
    before.getContext("2d").drawImage(this.canvas, 0, 0);
    const scale = this.canvas.width / this.canvas.getBoundingClientRect().width;
    const [bx, by, bw, bh] = box.map(value => value * scale);
    const start = performance.now();
    this.draw();
    const after = document.createElement("canvas");
    [after.width, after.height] = [this.canvas.width, this.canvas.height];
    after.getContext("2d").drawImage(this.canvas, 0, 0);
    const step = now => {
      const t = Math.min(1, (now - start) / 200);
      const eased = 1 - (1 - t) ** 3;
      const context = this.context;
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      const [x, y] = [bx * (1 - eased), by * (1 - eased)];
      const [w, h] = [bw + (before.width - bw) * eased, bh + (before.height - bh) * eased];
      const [sx, sy] = [w / bw, h / bh];
      context.drawImage(before, x - bx * sx, y - by * sy, before.width * sx, before.height * sy);
      context.globalAlpha = eased;
      context.drawImage(after, x, y, w, h);
      context.restore();
      if (t < 1) {
        requestAnimationFrame(step);
      } else {
        this.draw();
      }
    };
    requestAnimationFrame(step);
  }
}
